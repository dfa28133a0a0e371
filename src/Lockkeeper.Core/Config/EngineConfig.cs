using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>A kind of backend: a preset, or a command of one's own.</summary>
internal sealed record EngineConfig
{
    /// <summary>Name of a preset; only <c>builtin</c> exists for now. Any other key overrides what the preset says.</summary>
    public string? Preset { get; init; }

    /// <summary>How the engine is brought up and freed.</summary>
    /// <value>Default <c>process</c>.</value>
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>Where an engine runs that is not started by us, as in <c>http://127.0.0.1:11434</c>.</summary>
    public string? Url { get; init; }

    /// <summary>Key of the pool its instances live in.</summary>
    /// <value>Default: the first.</value>
    public string? Pool { get; init; }

    /// <summary>Program and arguments, with <c>{path} {port} {id} {context_length}</c>. Never passed through a shell.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Environment variables for the engine, added to Lockkeeper's own.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Folder the engine starts in.</summary>
    public string? Cwd { get; init; }

    public ReadyConfig? Ready { get; init; }

    /// <summary>Requests that may run at the same time on a model of it.</summary>
    /// <value>Default 1.</value>
    [Between("1", "1024")]
    public int? MaxConcurrency { get; init; }

    /// <summary>Whether its API has a field <c>priority</c> of its own: whole numbers in it reach the engine.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? PriorityField { get; init; }

    /// <summary>From start to ready; past it the start has failed.</summary>
    /// <value>Default 5 min.</value>
    [Between("10ms", "24h")]
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>From the polite request to stop (SIGTERM) to SIGKILL.</summary>
    /// <value>Default 30 s.</value>
    [Between("0s", "1h")]
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>This section with what it leaves out taken from a preset; variables are joined, its own winning.</summary>
    public EngineConfig Over(EngineConfig preset) => new()
    {
        Preset = Preset ?? preset.Preset,
        Lifecycle = Lifecycle ?? preset.Lifecycle,
        Url = Url ?? preset.Url,
        Pool = Pool ?? preset.Pool,
        Command = Command ?? preset.Command,
        Env = Env is null || preset.Env is null ? Env ?? preset.Env : new Dictionary<string, string>([.. preset.Env.Where(variable => !Env.ContainsKey(variable.Key)), .. Env]),
        Cwd = Cwd ?? preset.Cwd,
        Ready = Ready ?? preset.Ready,
        MaxConcurrency = MaxConcurrency ?? preset.MaxConcurrency,
        PriorityField = PriorityField ?? preset.PriorityField,
        StartTimeout = StartTimeout ?? preset.StartTimeout,
        StopTimeout = StopTimeout ?? preset.StopTimeout,
    };
}
