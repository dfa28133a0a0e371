namespace Lockkeeper.Core.Config;

/// <summary>After which wait a request is refused, by its priority. What is not given follows from <see cref="MaxWaitConfig"/>: see <see cref="SchedulingConfig.QueueTimeoutOf"/>.</summary>
[OneForAll]
internal sealed record QueueTimeoutConfig
{
    /// <value>Default: the larger of 5 min and 2 × its <c>max_wait</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff? Critical { get; init; }

    /// <value>Default: the larger of 5 min and 2 × its <c>max_wait</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff? High { get; init; }

    /// <value>Default: the larger of 5 min and 2 × its <c>max_wait</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff? Medium { get; init; }

    /// <value>Default: the larger of 5 min and 2 × its <c>max_wait</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff? Low { get; init; }

    /// <value>Default <c>off</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff? Background { get; init; }
}
