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
    /// <value>Default: the engine's, else 1.</value>
    [Between("1", "1024")]
    public int? MaxConcurrency { get; init; }

    /// <summary>Priority of a request that names none: <c>critical, high, medium, low, background</c> or 0–4.</summary>
    /// <value>Default <c>medium</c>.</value>
    public Scheduling.Priority Priority { get; init; } = Scheduling.Priority.Medium;

    /// <summary>Key of the pool its instances live in.</summary>
    /// <value>Default: its engine's.</value>
    public string? Pool { get; init; }

    /// <summary>Memory an instance needs, file pages included. Counts until it has been measured.</summary>
    /// <value>Default none: unknown.</value>
    [Between("1MiB", "100TiB")]
    public ByteSize? Memory { get; init; }

    /// <summary>Whether it is never evicted for another model.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Pinned { get; init; }

    /// <summary>Whether it is loaded when Lockkeeper starts.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Preload { get; init; }

    /// <summary>Idle time after which it is unloaded.</summary>
    /// <value>Default <c>off</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff IdleTimeout { get; init; } = DurationOrOff.Off;

    /// <summary>How long its engine may send nothing while it answers, prefill included; past it the request is aborted with 504.</summary>
    /// <value>Default: <c>scheduling.request_timeout</c>.</value>
    [Between("10ms", "24h")]
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>How long an answer may take in all; past it the request is aborted with 504.</summary>
    /// <value>Default: <c>scheduling.max_duration</c>.</value>
    [Between("10ms", "7d")]
    public DurationOrOff? MaxDuration { get; init; }

    /// <summary>Most tokens of an answer, by the level of memory pressure.</summary>
    public MaxTokensConfig MaxTokensUnderPressure { get; init; } = new();
}
