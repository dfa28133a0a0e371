namespace Lockkeeper.Core.Config;

/// <summary>A kind of backend: a preset, or a command of one's own.</summary>
internal sealed record EngineConfig
{
    /// <summary>Name of a preset; only <c>builtin</c> exists for now. Any other key overrides what the preset says.</summary>
    public string? Preset { get; init; }

    /// <summary>How the engine is brought up and freed; only <c>process</c> exists for now.</summary>
    public string? Lifecycle { get; init; }

    /// <summary>Program and arguments, with <c>{path} {port} {id} {context_length}</c>. Never passed through a shell.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Environment variables for the engine, added to Lockkeeper's own.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Folder the engine starts in.</summary>
    public string? Cwd { get; init; }

    public ReadyConfig? Ready { get; init; }

    /// <summary>From start to ready; past it the start has failed.</summary>
    /// <value>Default 5 min.</value>
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>From the polite request to stop (SIGTERM) to SIGKILL.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan? StopTimeout { get; init; }
}
