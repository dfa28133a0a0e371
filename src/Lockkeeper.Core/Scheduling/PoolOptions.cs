namespace Lockkeeper.Core.Scheduling;

/// <summary>Memory that instances share, and how.</summary>
/// <param name="Name">Its key in the configuration.</param>
internal sealed record PoolOptions(string Name)
{
    public PoolPolicy Policy { get; init; } = PoolPolicy.Exclusive;

    /// <summary>Bytes that claims may add up to; null when unknown, which only an exclusive pool may be.</summary>
    public long? Capacity { get; init; }

    /// <summary>A claim is footprint × this, at least 1: memory grows while a model works.</summary>
    public double SafetyMargin { get; init; } = 1.1;

    /// <summary>Whether at most one request runs in the whole pool at a time.</summary>
    public bool Serialize { get; init; }

    /// <summary>Instances that may hold memory of the pool at the same time; null for no limit but the memory.</summary>
    public int? MaxResident { get; init; }

    /// <summary>How long a drain may take before what is in flight is killed; null for ever.</summary>
    public TimeSpan? DrainTimeout { get; init; }
}

/// <summary>How instances share a pool.</summary>
internal enum PoolPolicy
{
    /// <summary>One instance at a time.</summary>
    Exclusive,

    /// <summary>As many as fit into its memory.</summary>
    Fit,
}
