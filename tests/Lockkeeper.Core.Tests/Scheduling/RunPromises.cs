using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using static Lockkeeper.Core.Tests.Scheduling.SchedulerPromises;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What may be started and what may be stopped: P1 and P5.</summary>
internal sealed class RunPromises(SchedulerWorld world)
{
    public bool IsPinned(PlayedRun run) =>
        run.IsAttached || (!run.IsOrphan && world.OptionsOf(run.Id.Model) is { } options && world.PinnedByHand.GetValueOrDefault(run.Id.Model, options.Pinned));

    public PlayedRun StartOf(InstanceId instance, long halfLoaded)
    {
        var options = world.OptionsOf(instance.Model)!;
        return new PlayedRun(instance, options.Pool, options.MaxConcurrency, ClaimOf(instance.Model), world.Now) { Held = halfLoaded, IsAttached = options.Attached, Engine = options.Engine };
    }

    /// <summary>What it counts for: what was measured, else what is configured, and the margin.</summary>
    public long? ClaimOf(ModelId model)
    {
        var options = world.OptionsOf(model)!;
        return (world.Models[model].Measured ?? options.Memory) is { } bytes ? (long)Math.Ceiling(bytes * world.PoolOf(options.Pool).SafetyMargin) : options.Attached ? 0 : null;
    }

    public void JudgeStart(InstanceId instance)
    {
        var options = world.OptionsOf(instance.Model);
        Demand(options is not null, $"{instance} is started and not configured");
        Demand(!world.Closed && !world.Drained, $"{instance} is started while nothing is to run");
        Demand(world.Runs.TrueForAll(run => run.Id.Run < instance.Run), "run numbers rise");
        Demand(world.RunOf(instance.Model) is null, $"P1: {instance} starts before the memory of {world.RunOf(instance.Model)?.Id} is back");
        Demand(world.Models[instance.Model].NextTry <= world.Now, $"{instance} is started while it is to be left alone");
        if (options!.Attached)
        {
            return; // nothing is started and no memory taken: it is watched from now on
        }

        Demand(world.WhoWaits.Any(request => request.Ticket.Model == instance.Model), $"{instance} is started for nobody");
        Demand(Neighbours(options, world.Unsettled).Count < LimitOf(options), $"P1: {instance} is loaded into '{options.Engine}' beside {string.Join(", ", Neighbours(options, world.Unsettled).Select(run => run.Id))}");
        JudgeMemory(instance, options);
    }

    public int LimitOf(ModelOptions model) => model.Engine is { } engine ? world.Options.EngineLimits.GetValueOrDefault(engine, int.MaxValue) : int.MaxValue;

    /// <summary>Those of them that live in the model's engine.</summary>
    public static List<PlayedRun> Neighbours(ModelOptions options, IEnumerable<PlayedRun> runs) => [.. runs.Where(run => options.Engine is not null && run.Engine == options.Engine)];

    public void JudgeStop(InstanceId instance, StopReason reason)
    {
        var run = world.Runs.Single(run => run.Id == instance);
        Demand(run is { Phase: RunPhase.Starting or RunPhase.Ready, StopAskedAt: null }, $"{instance} is stopped, but does not run");
        Demand(!run.IsAttached || run.IsUnwanted, $"{instance} is stopped, which is not ours");
        Demand(run.InFlight.Count == 0 || reason is StopReason.ForcedUnload or StopReason.DrainTimeout, $"P5: {instance} is stopped with work in flight: {reason}");
        var waitForIt = run.IsOrphan ? [] : world.WhoWaits.Where(request => request.Ticket.Model == instance.Model).ToList();
        Demand(
            reason switch
            {
                StopReason.Swap => run.Phase == RunPhase.Ready && OthersWait(run) && (run.IsUnwanted || !IsPinned(run)),
                StopReason.Unwanted => run.Phase == RunPhase.Starting && OthersWait(run) && (run.IsUnwanted || (waitForIt.Count == 0 && !IsPinned(run))),
                StopReason.Idle => waitForIt.Count == 0 && !IsPinned(run) && (world.Now - run.IdleSince >= world.OptionsOf(instance.Model)!.IdleTimeout || world.Now - run.IdleSince >= run.AskedToIdle),
                StopReason.Overcommit => waitForIt.Count == 0 && !IsPinned(run) && IsOvercommitted(run.Pool),
                StopReason.Unload => run.IsUnwanted,
                StopReason.ForcedUnload => world.LastEvent is SchedulerEvent.UnloadAsked(var model, true) && model == instance.Model,
                StopReason.DrainTimeout => world.Now - run.DrainingSince >= world.PoolOf(run.Pool).DrainTimeout,
                _ => world.Closed,
            },
            $"{instance} is stopped for no reason: {reason}");
    }

    /// <summary>After all effects of an event: nobody idle is left where engines have grown beyond their pool.</summary>
    public void JudgeRest()
    {
        foreach (var run in world.Unsettled.Where(run => run is { Phase: RunPhase.Ready, StopAskedAt: null, IsUnwanted: false } && run.InFlight.Count == 0 && !IsPinned(run)))
        {
            Demand(world.WhoWaits.Any(request => request.Ticket.Model == run.Id.Model) || !IsOvercommitted(run.Pool), $"P1: {run.Id} is idle and stays, and '{run.Pool}' is over-committed");
        }
    }

    /// <summary>Those who are to stay, two at least, claim more than there is.</summary>
    private bool IsOvercommitted(string pool)
    {
        var staying = world.Unsettled.Where(run => run.Pool == pool && run is { Phase: RunPhase.Starting or RunPhase.Ready, StopAskedAt: null, IsUnwanted: false }).ToList();
        return world.PoolOf(pool).Policy == PoolPolicy.Fit && staying.Count > 1 && staying.Sum(run => run.Claim ?? 0) > world.PoolOf(pool).Capacity;
    }

    private void JudgeMemory(InstanceId instance, ModelOptions options)
    {
        var pool = world.PoolOf(options.Pool);
        var there = world.Unsettled.Where(run => run.Pool == pool.Name).ToList();
        Demand(there.Count < (pool.Policy == PoolPolicy.Exclusive ? 1 : pool.MaxResident ?? int.MaxValue), $"P1: {instance} starts beside {string.Join(", ", there.Select(run => run.Id))}");
        var need = ClaimOf(instance.Model);
        if (there.Count == 0 && (world.Models[instance.Model].RanAlone || need is null))
        {
            return; // alone it has what there is
        }

        Demand(need is not null && there.TrueForAll(run => run.Claim is not null), $"P1: {instance} starts beside others, and somebody's size is unknown");
        var claimed = there.Sum(run => run.Claim!.Value);
        Demand(!(need + claimed > pool.Capacity), $"P1: {instance} claims {need} beside {claimed} of {pool.Capacity}");
        if (world.Observed.TryGetValue(pool.Name, out var observed))
        {
            var stillToTake = there.Where(run => run.ReadyAt is null).Sum(run => run.Claim!.Value);
            Demand(need <= observed.Free - stillToTake, $"P1: {instance} claims {need}, {observed.Free} were measured free, and starting engines will take {stillToTake} of that");
        }
    }

    private bool OthersWait(PlayedRun run) => world.WhoWaits.Any(request => request.Ticket.Model != run.Id.Model && world.OptionsOf(request.Ticket.Model)!.Pool == run.Pool);
}
