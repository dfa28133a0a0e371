using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using static Lockkeeper.Core.Tests.Scheduling.SchedulerPromises;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Who may be told no, when, and who must be.</summary>
internal sealed class RefusalPromises(SchedulerWorld world)
{
    public void Judge(PlayedRequest request, RouterError error)
    {
        var ticket = request.Ticket;
        Demand(request.Fate == Fate.Waiting, $"P3: ticket {ticket.Id} is refused, but is {request.Fate}");
        var isNew = world.LastEvent is SchedulerEvent.Arrived(var newcomer) && newcomer.Id == ticket.Id;
        Demand(
            error switch
            {
                RouterError.QueueFull => isNew && IsFull(request) && WorstThatMayGo(request) is null,
                RouterError.Displaced => world.LastEvent is SchedulerEvent.Arrived(var better) && better.Priority < ticket.Priority && IsFull(world.Requests[better.Id])
                    && WorstThatMayGo(world.Requests[better.Id]) == request,
                RouterError.ShuttingDown => world.Closed,
                RouterError.Drained => world.Drained && !world.Closed,
                RouterError.ModelRemoved => world.OptionsOf(ticket.Model) is null,
                RouterError.StartFailed { Failure.OutOfMemory: false } => world.LastEvent is SchedulerEvent.StartFailed(var id, _) && id.Model == ticket.Model,
                RouterError.InsufficientMemory => world.LastEvent is SchedulerEvent.StartFailed(var id, { OutOfMemory: true }) && id.Model == ticket.Model || !CanEverFit(ticket),
                RouterError.EngineFailed => request.Crashes >= 3,
                RouterError.BackingOff { Failure: not null } => world.Now < world.Models[ticket.Model].NextTry,
                RouterError.QueueTimeout => DueOf(request) <= world.Now,
                _ => false,
            },
            $"ticket {ticket.Id} is refused with {error.Code} for no reason");
    }

    public void JudgeStillWaiting(PlayedRequest waiting)
    {
        Demand(!(DueOf(waiting) <= world.Now) || IsStarting(waiting), $"ticket {waiting.Ticket.Id} waits beyond its queue_timeout");
        Demand(world.Now >= world.Models[waiting.Ticket.Model].NextTry || world.RunOf(waiting.Ticket.Model) is { StopAskedAt: null, Phase: RunPhase.Starting or RunPhase.Ready },
            $"ticket {waiting.Ticket.Id} waits for a model that is to be left alone");
        if (world.LastEvent is SchedulerEvent.StartFailed(var id, { OutOfMemory: false, Cause: not "late" }) && id.Model == waiting.Ticket.Model && world.Runs.Single(run => run.Id == id) is { Failed: true, IsOrphan: false } run)
        {
            Demand(run.GoneAt != world.Now || waiting.Queued == world.Now || run.Phase != RunPhase.Gone, $"{id} failed to start and ticket {waiting.Ticket.Id} was not told");
        }
    }

    private bool IsFull(PlayedRequest newcomer) => world.WhoWaits.Count(request => request != newcomer) >= world.Options.MaxQueue;

    /// <summary>The youngest of the worst priority, of the key that holds most of those, and not overdue.</summary>
    private PlayedRequest? WorstThatMayGo(PlayedRequest newcomer)
    {
        var others = world.WhoWaits.Where(request => request != newcomer).ToList();
        var worst = others.Max(request => request.Ticket.Priority);
        if (worst <= newcomer.Ticket.Priority)
        {
            return null;
        }

        var ofWorst = others.Where(request => request.Ticket.Priority == worst).ToList();
        var mayGo = ofWorst.Where(request => request.Deadline(world.Options) > world.Now).ToList();
        return mayGo
            .OrderByDescending(request => ofWorst.Count(other => other.Ticket.Key == request.Ticket.Key))
            .ThenByDescending(request => ofWorst.Where(other => other.Ticket.Key == request.Ticket.Key).Max(other => other.Ticket.Id))
            .ThenByDescending(request => request.Ticket.Id).FirstOrDefault();
    }

    /// <summary>By the latest measurement: would it fit if everything went that may?</summary>
    private bool CanEverFit(Ticket ticket)
    {
        var model = world.OptionsOf(ticket.Model)!;
        var pool = world.PoolOf(model.Pool);
        var runs = new RunPromises(world);
        var staying = world.Unsettled.Where(run => run.Pool == pool.Name && run.Id.Model != ticket.Model && run is { StopAskedAt: null, IsUnwanted: false, Phase: RunPhase.Starting or RunPhase.Ready } && runs.IsPinned(run)).ToList();
        var need = runs.ClaimOf(ticket.Model);
        if (RunPromises.Neighbours(model, staying).Count >= runs.LimitOf(model))
        {
            return false;
        }

        if (staying.Count >= (pool.Policy == PoolPolicy.Exclusive ? 1 : pool.MaxResident ?? int.MaxValue) || staying.Exists(run => run is { Claim: null, Phase: RunPhase.Ready }))
        {
            return false;
        }

        if (staying.Count == 0 && (need is null || world.Models[ticket.Model].RanAlone))
        {
            return true;
        }

        var free = world.Observed.TryGetValue(pool.Name, out var observed)
            ? observed.Free + observed.Held.Where(held => held.Key.Unsettled && !staying.Contains(held.Key)).Sum(held => Math.Min(held.Value, held.Key.Claim ?? 0))
            : long.MaxValue;
        return need is not null && !(need + staying.Sum(run => run.Claim ?? 0) > pool.Capacity)
            && need <= free - staying.Where(run => run.Phase == RunPhase.Starting).Sum(run => run.Claim ?? 0);
    }

    private bool IsStarting(PlayedRequest request) => world.RunOf(request.Ticket.Model) is { Phase: RunPhase.Starting, StopAskedAt: null };

    /// <summary>When its time in the queue is over: the time its own model was starting meanwhile does not count.</summary>
    private TimeSpan? DueOf(PlayedRequest request)
    {
        var starts = world.Runs.Where(run => run.Id.Model == request.Ticket.Model && !run.IsOrphan)
            .Select(run => (From: Later(run.StartedAt, request.Queued), Until: run.ReadyAt ?? Earlier(run.StopAskedAt, run.GoneAt) ?? world.Now))
            .Where(start => start.Until > start.From)
            .Sum(start => (start.Until - start.From).Ticks);
        return request.Since + world.Options.QueueTimeout[request.Ticket.Priority] + new TimeSpan(starts);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null ? other : other is null ? one : one < other ? one : other;
}
