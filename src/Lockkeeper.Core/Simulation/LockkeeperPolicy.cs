using System.Collections.Frozen;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>The scheduler that serves, told what it would have learned of these models by now. No limit on the queue and no timeout: what waits is to be seen waiting.</summary>
internal sealed class LockkeeperPolicy(SchedulerOptions options) : IPolicy
{
    private readonly Scheduler _scheduler = new(options);

    /// <summary>The options it runs with for these models in that pool.</summary>
    public static SchedulerOptions OptionsFor(IReadOnlyCollection<TraceModel> models, PoolOptions pool) => new()
    {
        Pools = [pool],
        Models = [.. models.Select(model => new ModelOptions(model.Id, pool.Name) { MaxConcurrency = model.MaxConcurrency, Pinned = model.Pinned, Memory = model.Footprint })],
        MaxQueue = int.MaxValue,
        Figures = models.ToFrozenDictionary(model => model.Id, FiguresOf),
    };

    public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects) => _scheduler.Handle(happened, now, effects);

    private static ModelFigures FiguresOf(TraceModel model) => new() { Load = model.Load, Free = model.Free, Footprint = model.Footprint, RanAlone = true };
}
