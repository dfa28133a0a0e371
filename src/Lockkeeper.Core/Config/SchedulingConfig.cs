namespace Lockkeeper.Core.Config;

/// <summary>How requests wait.</summary>
internal sealed record SchedulingConfig
{
    /// <summary>Pause between keep-alives to a client that waits for a stream.</summary>
    /// <value>Default 5 s.</value>
    [Between("10ms", "1h")]
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that may wait at the same time; one more is 503 with <c>Retry-After</c>.</summary>
    /// <value>Default 200.</value>
    [Between("1", "100000")]
    public int MaxQueue { get; init; } = 200;

    /// <summary>How long an engine may send nothing while it answers, prefill included; past it the request is aborted with 504.</summary>
    /// <value>Default 10 min.</value>
    [Between("10ms", "24h")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
