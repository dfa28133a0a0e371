using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>After which wait a request is overdue, by its priority.</summary>
[OneForAll]
internal sealed record MaxWaitConfig
{
    /// <value>Default 0 s: always overdue.</value>
    [Between("0s", "7d")]
    public TimeSpan Critical { get; init; } = SchedulerOptions.DefaultMaxWait[Priority.Critical];

    /// <value>Default 5 s.</value>
    [Between("0s", "7d")]
    public TimeSpan High { get; init; } = SchedulerOptions.DefaultMaxWait[Priority.High];

    /// <value>Default 20 s.</value>
    [Between("0s", "7d")]
    public TimeSpan Medium { get; init; } = SchedulerOptions.DefaultMaxWait[Priority.Medium];

    /// <value>Default 2 min.</value>
    [Between("0s", "7d")]
    public TimeSpan Low { get; init; } = SchedulerOptions.DefaultMaxWait[Priority.Low];

    /// <value>Default 15 min.</value>
    [Between("0s", "7d")]
    public TimeSpan Background { get; init; } = SchedulerOptions.DefaultMaxWait[Priority.Background];
}
