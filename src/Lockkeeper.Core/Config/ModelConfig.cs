namespace Lockkeeper.Core.Config;

/// <summary>A model a client can ask for; its key in the file is its id.</summary>
internal sealed record ModelConfig
{
    /// <summary>Key of the engine that serves it.</summary>
    public required string Engine { get; init; }

    /// <summary>Model file or folder; <c>~</c> is the home folder, a relative path starts at the configuration file.</summary>
    public string? Path { get; init; }

    /// <summary>Other names for the model.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Tokens of context.</summary>
    [Between("1", "100000000")]
    public int? ContextLength { get; init; }

    /// <summary>Requests that may run at the same time.</summary>
    /// <value>Default 1.</value>
    [Between("1", "1024")]
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Priority of a request that names none: <c>critical, high, medium, low, background</c> or 0–4.</summary>
    /// <value>Default <c>medium</c>.</value>
    public Scheduling.Priority Priority { get; init; } = Scheduling.Priority.Medium;
}
