using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>Everything the scheduler knows, at one moment. For showing: a decision made from it would be stale.</summary>
/// <param name="Now">The moment, as time since start.</param>
/// <param name="Instances">Every instance that is not settled yet.</param>
/// <param name="Waiting">Those who wait, in the order in which they would be served if nobody came or left any more.</param>
/// <param name="Pools">The pools, in the order of the configuration.</param>
/// <param name="Figures">What has been learned, by model.</param>
internal sealed record SchedulerSnapshot(
    TimeSpan Now,
    ImmutableArray<InstanceReport> Instances,
    ImmutableArray<WaitingReport> Waiting,
    ImmutableArray<PoolReport> Pools,
    FrozenDictionary<ModelId, ModelFigures> Figures)
{
    public static SchedulerSnapshot Empty { get; } = new(TimeSpan.Zero, [], [], [], FrozenDictionary<ModelId, ModelFigures>.Empty);

    /// <summary>Whether a person has asked that nothing more be admitted.</summary>
    public bool Drained { get; init; }

    /// <summary>Models that have failed again and again, and are not started for a while.</summary>
    public ImmutableArray<ModelId> BackingOff { get; init; } = [];
}

/// <summary>One waiting ticket at one moment.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Since">When it came, as time since start.</param>
/// <param name="Deadline">When it is overdue.</param>
/// <param name="Eta">How long it will still wait, by what has been learned; null while too little is known.</param>
/// <param name="Pool">The pool whose memory its model needs.</param>
internal sealed record WaitingReport(Ticket Ticket, TimeSpan Since, TimeSpan Deadline, TimeSpan? Eta, string Pool);

/// <summary>A pool at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Policy">How its memory is shared.</param>
/// <param name="Capacity">Bytes that claims may add up to; null when unknown.</param>
/// <param name="Claimed">Bytes claimed by instances that are not settled.</param>
/// <param name="Available">Bytes last measured free; null when never measured.</param>
/// <param name="Next">The model that is being made room for; null when none is.</param>
internal sealed record PoolReport(string Name, PoolPolicy Policy, long? Capacity, long Claimed, long? Available, ModelId? Next);
