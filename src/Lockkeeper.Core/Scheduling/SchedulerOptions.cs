using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What the scheduler must know besides what happens. Immutable; a new configuration is told as <see cref="SchedulerEvent.ConfigChanged"/>.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>The defaults of <c>scheduling.max_wait</c>.</summary>
    public static readonly ByPriority<TimeSpan> DefaultMaxWait = ByPriority<TimeSpan>.Of(priority => priority switch
    {
        Priority.Critical => TimeSpan.Zero,
        Priority.High => TimeSpan.FromSeconds(5),
        Priority.Medium => TimeSpan.FromSeconds(20),
        Priority.Low => TimeSpan.FromMinutes(2),
        _ => TimeSpan.FromMinutes(15),
    });

    public required ImmutableArray<PoolOptions> Pools { get; init; }

    public required ImmutableArray<ModelOptions> Models { get; init; }

    /// <summary>How many models an engine may hold at the same time, by its name; as many as the pools do where it is not named.</summary>
    public FrozenDictionary<string, int> EngineLimits { get; init; } = FrozenDictionary<string, int>.Empty;

    /// <summary>Tickets that may wait at the same time, at least 1.</summary>
    public int MaxQueue { get; init; } = 200;

    /// <summary>After this wait a ticket is overdue (P4).</summary>
    public ByPriority<TimeSpan> MaxWait { get; init; } = DefaultMaxWait;

    /// <summary>After this wait, the time its own model takes to start not counted, a ticket is refused; null for never.</summary>
    public ByPriority<TimeSpan?> QueueTimeout { get; init; } = ByPriority<TimeSpan?>.All(null);

    /// <summary>A turn is this × the model's swap cost.</summary>
    public double TurnFactor { get; init; } = 3;

    /// <summary>How much waiting others put up with, in swap costs × tickets waiting.</summary>
    public double SwapPatience { get; init; } = 1;

    /// <summary>How long a closed gate still serves those who were there, in swap costs.</summary>
    public double GateCap { get; init; } = 10;

    /// <summary>Whether critical tickets may interrupt background requests that have sent nothing.</summary>
    public bool Preempt { get; init; }

    /// <summary>Share of each key; one that is not named has 1.</summary>
    public FrozenDictionary<string, double> KeyWeights { get; init; } = FrozenDictionary<string, double>.Empty;

    /// <summary>What was learned of models before.</summary>
    public FrozenDictionary<ModelId, ModelFigures> Figures { get; init; } = FrozenDictionary<ModelId, ModelFigures>.Empty;
}
