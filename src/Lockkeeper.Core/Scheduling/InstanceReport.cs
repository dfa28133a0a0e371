namespace Lockkeeper.Core.Scheduling;

/// <summary>One instance at one moment. For showing: a decision made from it would be stale.</summary>
/// <param name="Id">Which run.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="InFlight">Requests granted and not yet released.</param>
internal sealed record InstanceReport(InstanceId Id, InstancePhase Phase, int InFlight)
{
    public string Pool { get; init; } = "";

    /// <summary>Bytes of the pool it counts for; null in an exclusive pool that does not count them.</summary>
    public long? Claim { get; init; }

    /// <summary>Whether later tickets wait for its next turn.</summary>
    public bool GateClosed { get; init; }

    /// <summary>Since when it is ready; null before.</summary>
    public TimeSpan? ReadySince { get; init; }

    /// <summary>Until when it is not left while it has waiters; null before it is ready.</summary>
    public TimeSpan? TurnEnds { get; init; }

    /// <summary>Since when nothing runs on it; null while something does.</summary>
    public TimeSpan? IdleSince { get; init; }

    /// <summary>How long it may be idle; null for as long as nobody needs its room.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    public bool Pinned { get; init; }
}
