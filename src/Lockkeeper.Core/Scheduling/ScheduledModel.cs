using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>All the scheduler knows of one model: who waits for it, its run if it has one, what was learned, and how it has behaved.</summary>
internal sealed class ScheduledModel(ModelOptions options, Pool pool, ModelFigures figures)
{
    /// <summary>Weight of the newest measurement in a moving average.</summary>
    private const double Newest = 0.3;

    private TimeSpan _starting;

    public ModelId Id => Options.Id;

    public ModelOptions Options { get; set; } = options;

    /// <summary>Where its next run will live.</summary>
    public Pool Pool { get; private set; } = pool;

    public ModelFigures Figures { get; private set; } = figures;

    /// <summary>The engine its next run will live in, if it shares one.</summary>
    public EngineShare? Engine { get; set; }

    public Line Line { get; } = new();

    public BackOff BackOff { get; } = new();

    /// <summary>Its run, until that has settled. A model has one at most: the next one starts when the memory of the last is back.</summary>
    public Instance? Instance { get; set; }

    /// <summary>What a person wishes, whatever the configuration says.</summary>
    public bool? PinnedByHand { get; set; }

    public bool IsPinned => Options.Attached || (PinnedByHand ?? Options.Pinned);

    /// <summary>Whether a failed start for want of memory was answered by making room and trying once more.</summary>
    public bool HasRetriedForMemory { get; set; }

    /// <summary>Whether its latest slot went to a better priority although another ticket was overdue: the next one is the overdue one's.</summary>
    public bool TicketInterposed { get; set; }

    /// <summary>Whether nobody can be served before something is started.</summary>
    public bool NeedsStart => Instance is null || Instance.IsGoing;

    /// <summary>How long it has been starting altogether: the queue's time limit does not run meanwhile, <c>start_timeout</c> does.</summary>
    public TimeSpan StartsSeen(TimeSpan now) => Instance is { Phase: InstancePhase.Starting } starting ? _starting + (now - starting.StartedAt) : _starting;

    /// <summary>Bytes to reserve for it; null when nothing is known.</summary>
    public long? Claim => (Figures.Footprint ?? Options.Memory) is { } bytes ? Pool.WithMargin(bytes) : Options.Attached ? 0 : null;

    public void MoveTo(Pool pool)
    {
        if (pool != Pool && Line.Count > 0)
        {
            Pool.Wanted.Remove(this);
            pool.Wanted.Add(this);
        }

        Pool = pool;
    }

    /// <summary>Its run has settled.</summary>
    public void Lose(Instance instance)
    {
        instance.Pool.Instances.Remove(instance);
        instance.Engine?.Instances.Remove(instance);
        Instance = null;
    }

    public void StartIsOver(TimeSpan now) => _starting += now - Instance!.StartedAt;

    public void LearnLoad(TimeSpan took) => Figures = Figures with { Load = Average(Figures.Load, took) };

    public void LearnFree(TimeSpan took) => Figures = Figures with { Free = Average(Figures.Free, took) };

    public void LearnService(TimeSpan took) => Figures = Figures with { Service = Average(Figures.Service, took) };

    public void LearnFootprint(long bytes) => Figures = Figures with { Footprint = bytes };

    public void LearnRanAlone() => Figures = Figures with { RanAlone = true };

    private static TimeSpan Average(TimeSpan? known, TimeSpan latest) => known is { } average ? average + ((latest - average) * Newest) : latest;
}
