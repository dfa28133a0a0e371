using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>How requests wait.</summary>
internal sealed record SchedulingConfig
{
    private static readonly TimeSpan LeastQueueTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Pause between keep-alives to a client that waits for a stream.</summary>
    /// <value>Default 5 s.</value>
    [Between("10ms", "1h")]
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a client that waits for one JSON answer is kept alive too: its status 200 goes out early, then a space at every interval, which is legal before JSON. An error then comes with status 200.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool KeepAliveJson { get; init; }

    /// <summary>Whether a chat stream of OpenAI's dialect is told what it waits for as <c>reasoning_content</c>, which chat programs show, instead of as comments.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool ProgressAsReasoning { get; init; }

    /// <summary>Requests that may wait at the same time; one more is 503 with <c>Retry-After</c>.</summary>
    /// <value>Default 200.</value>
    [Between("1", "100000")]
    public int MaxQueue { get; init; } = 200;

    /// <summary>After which wait a request is overdue, by priority: from then on its model gets a turn, whatever the traffic for others.</summary>
    public MaxWaitConfig MaxWait { get; init; } = new();

    /// <summary>After which wait a request is refused with 504, by priority. The time its own model takes to start does not count.</summary>
    public QueueTimeoutConfig QueueTimeout { get; init; } = new();

    /// <summary>How long an engine may send nothing while it answers, prefill included; past it the request is aborted with 504.</summary>
    /// <value>Default 10 min.</value>
    [Between("10ms", "24h")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an answer may take in all; past it the request is aborted with 504.</summary>
    /// <value>Default <c>off</c>.</value>
    [Between("10ms", "7d")]
    public DurationOrOff MaxDuration { get; init; } = DurationOrOff.Off;

    /// <summary>The turn of a model that became resident: this × what swapping to it costs, in service time.</summary>
    /// <value>Default 3.</value>
    [Between("0", "100")]
    public double TurnFactor { get; init; } = 3;

    /// <summary>How much waiting others put up with before a model with waiters is left, in swap costs × requests waiting.</summary>
    /// <value>Default 1.</value>
    [Between("0", "1000")]
    public double SwapPatience { get; init; } = 1;

    /// <summary>How long a model that is to be left still serves those who waited for it before, in swap costs; at least 30 s.</summary>
    /// <value>Default 10.</value>
    [Between("0", "1000")]
    public double GateCap { get; init; } = 10;

    /// <summary>Whether a critical request may interrupt background requests that have sent nothing yet; they are queued again.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Preempt { get; init; }

    public TimeSpan MaxWaitOf(Priority priority) => priority switch
    {
        Priority.Critical => MaxWait.Critical,
        Priority.High => MaxWait.High,
        Priority.Medium => MaxWait.Medium,
        Priority.Low => MaxWait.Low,
        _ => MaxWait.Background,
    };

    /// <returns>Null for never.</returns>
    public TimeSpan? QueueTimeoutOf(Priority priority)
    {
        var given = priority switch
        {
            Priority.Critical => QueueTimeout.Critical,
            Priority.High => QueueTimeout.High,
            Priority.Medium => QueueTimeout.Medium,
            Priority.Low => QueueTimeout.Low,
            _ => QueueTimeout.Background ?? DurationOrOff.Off,
        };
        var twice = MaxWaitOf(priority) * 2;
        return given is { } limit ? limit.Value : twice > LeastQueueTimeout ? twice : LeastQueueTimeout;
    }
}
