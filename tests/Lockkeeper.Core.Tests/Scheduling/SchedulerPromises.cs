using Lockkeeper.Core.Scheduling;


namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// What the scheduler may do, and what it may not leave undone, said over everything that has happened and without any code of the scheduler: plain searches through all
/// requests and runs.
/// </summary>
internal sealed class SchedulerPromises(SchedulerWorld world)
{
    private readonly RefusalPromises _refusals = new(world);
    private readonly RunPromises _runs = new(world);

    private Dictionary<PlayedRun, bool> _gateWasClosed = [];

    public static void Demand(bool kept, string promise)
    {
        if (!kept)
        {
            throw new BrokenPromiseException(promise);
        }
    }

    public PlayedRun StartOf(InstanceId instance, long halfLoaded) => _runs.StartOf(instance, halfLoaded);

    public void Judge(SchedulerEffect effect)
    {
        switch (effect)
        {
            case SchedulerEffect.Grant(var id, var instance):
                JudgeGrant(world.Requests[id], instance);
                break;
            case SchedulerEffect.Refuse(var id, var error):
                _refusals.Judge(world.Requests[id], error);
                break;
            case SchedulerEffect.Start(var instance):
                _runs.JudgeStart(instance);
                foreach (var run in world.Runs.Where(run => run.Pool == world.OptionsOf(instance.Model)!.Pool))
                {
                    run.Gate = null; // what it was closed for has come; if it is closed still, then for the next one
                }

                break;
            case SchedulerEffect.Drain(var instance):
                Demand(world.Runs.Single(run => run.Id == instance) is { Serves: true }, $"{instance} is said to drain, but does not serve");
                break;
            case SchedulerEffect.Stop(var instance, var reason):
                _runs.JudgeStop(instance, reason);
                break;
            case SchedulerEffect.Requeue(var id, var instance):
                JudgeRequeue(world.Requests[id], instance);
                break;
        }
    }

    /// <summary>After all effects of an event: nothing is left undone that could be done.</summary>
    public void JudgeRest()
    {
        _runs.JudgeRest();
        Demand(!(world.Closed || world.Drained) || !world.WhoWaits.Any(), "somebody waits although nobody is admitted any more");
        foreach (var waiting in world.WhoWaits)
        {
            Demand(waiting.Crashes < 3, $"ticket {waiting.Ticket.Id} has seen three crashes and waits on");
            Demand(world.OptionsOf(waiting.Ticket.Model) is not null, $"ticket {waiting.Ticket.Id} waits for a model that is not configured");
            _refusals.JudgeStillWaiting(waiting);
        }

        foreach (var pool in world.Options.Pools)
        {
            JudgeRest(pool);
        }

        _gateWasClosed = world.Unsettled.ToDictionary(run => run, run => world.ReportOf(run) is { GateClosed: true });
    }

    private void JudgeRest(PoolOptions pool)
    {
        var foreign = Foreign(pool.Name);
        var runs = world.Unsettled.Where(run => run.Pool == pool.Name).ToList();
        Demand(foreign.Count == 0 || runs.Count > 0 || IsHeldElsewhere(foreign), $"P3: somebody waits in '{pool.Name}', it is empty, and nothing is started");
        foreach (var run in runs.Where(run => run.Serves && !run.IsUnwanted))
        {
            NoteGate(run);
            Demand(run.Gate is null || foreign.Count > 0, $"the gate of {run.Id} is closed for nobody");
            var isIdle = run.InFlight.Count == 0 && !WaitFor(run).Any();
            Demand(pool.Policy == PoolPolicy.Fit || !isIdle || _runs.IsPinned(run) || foreign.Count == 0 || IsHeldElsewhere(foreign), $"{run.Id} is idle, others wait, and it is not stopped");
            if (run.InFlight.Count < run.Slots && (!pool.Serialize || runs.TrueForAll(other => other.InFlight.Count == 0)))
            {
                var kept = WaitFor(run).FirstOrDefault(request => !IsShutOut(request.Ticket, run));
                Demand(kept is null, $"{run.Id} has a free slot and keeps ticket {kept?.Ticket.Id} waiting");
            }
        }

        Demand(pool.Policy == PoolPolicy.Fit || runs.Count <= 1, $"P1: {runs.Count} in the exclusive pool '{pool.Name}'");
        Demand(!pool.Serialize || runs.Where(run => run.StopAskedAt is null && run.Phase == RunPhase.Ready).Sum(run => run.InFlight.Count) <= 1 || runs.Any(run => run.IsUnwanted),
            $"P2: more than one request runs in '{pool.Name}'");
    }

    private void JudgeGrant(PlayedRequest request, InstanceId instance)
    {
        var ticket = request.Ticket;
        Demand(request.Fate == Fate.Waiting, $"P3: ticket {ticket.Id} is granted, but is {request.Fate}");
        Demand(instance.Model == ticket.Model, $"ticket {ticket.Id} runs on {instance}");
        var run = world.Runs.Single(run => run.Id == instance);
        Demand(run is { Serves: true, IsUnwanted: false, IsOrphan: false }, $"{instance} is granted to {ticket.Id}, but does not serve");
        Demand(run.InFlight.Count < run.Slots, $"P2: too many run on {instance}");
        Demand(!world.PoolOf(run.Pool).Serialize || world.Unsettled.Where(other => other.Pool == run.Pool && other.Phase == RunPhase.Ready).All(other => other.InFlight.Count == 0),
            $"P2: {ticket.Id} is granted while another request runs in '{run.Pool}'");
        Demand(!WaitFor(run).Any(other => other.Ticket.Id < ticket.Id && other.Ticket.Priority == ticket.Priority && other.Ticket.Key == ticket.Key), $"ticket {ticket.Id} has overtaken one of its own kind");

        var isOverdue = request.Deadline(world.Options) <= world.Now;
        Demand(isOverdue || !WaitFor(run).Any(other => other.Ticket.Priority < ticket.Priority), $"ticket {ticket.Id} is not overdue and has overtaken a better priority");
        if (run.Gate is { } gate && world.ReportOf(run) is { GateClosed: true })
        {
            Demand(world.Now < gate.At + LongestGate(), $"the gate of {instance} lets {ticket.Id} pass for ever");
        }

        JudgeOverdue(request, run);
        request.PassedOver = 0; // should it be called back, it begins anew
    }

    /// <summary>Between two overdue tickets of a model at most one of a better priority is served.</summary>
    private void JudgeOverdue(PlayedRequest request, PlayedRun run)
    {
        var first = WaitFor(run).Where(other => other != request && other.Deadline(world.Options) <= world.Now)
            .OrderBy(other => other.Deadline(world.Options)).ThenBy(other => other.Ticket.Id).FirstOrDefault();
        var isGateClosed = _gateWasClosed.GetValueOrDefault(run) || world.ReportOf(run) is { GateClosed: true };
        if (first is null || isGateClosed || world.PoolOf(run.Pool).Serialize)
        {
            return;
        }

        if (IsServedBefore(request, first))
        {
            first.PassedOver = 0; // an overdue one: between it and the next there may be one of a better priority again
            return;
        }

        first.PassedOver++;
        Demand(first.PassedOver <= 1 || world.Requests.Values.Any(other => other.PassedOver > 0 && other != first && IsServedBefore(other, first)),
            $"ticket {first.Ticket.Id} is overdue and was passed over twice, now by {request.Ticket.Id}");
    }

    private bool IsServedBefore(PlayedRequest one, PlayedRequest other) =>
        one.Deadline(world.Options) <= world.Now && (one.Deadline(world.Options), one.Ticket.Id).CompareTo((other.Deadline(world.Options), other.Ticket.Id)) < 0;

    private void JudgeRequeue(PlayedRequest request, InstanceId instance)
    {
        Demand(world.Options.Preempt, "nothing is preempted unless that is asked for");
        Demand(request.Fate == Fate.Granted && request.Run!.Id == instance, $"ticket {request.Ticket.Id} is asked back, but does not run on {instance}");
        Demand(request is { HasSent: false, IsAskedBack: false, Ticket.Priority: Priority.Background }, $"ticket {request.Ticket.Id} may not be asked back");
        Demand(world.WhoWaits.Any(other => other.Ticket.Priority == Priority.Critical), $"ticket {request.Ticket.Id} is asked back for nobody critical");
    }

    /// <summary>Those who wait for a model of the pool that has no run to serve them.</summary>
    private List<PlayedRequest> Foreign(string pool) =>
        [.. world.WhoWaits.Where(request => world.OptionsOf(request.Ticket.Model)?.Pool == pool && world.RunOf(request.Ticket.Model) is not ({ Phase: RunPhase.Starting, StopAskedAt: null } or { Serves: true }))];

    /// <summary>Whether one of them waits for a model whose last run still holds memory of the pool it has been moved from.</summary>
    private bool IsHeldElsewhere(List<PlayedRequest> foreign) =>
        foreign.Any(request => world.RunOf(request.Ticket.Model) is { } run && run.Pool != world.OptionsOf(request.Ticket.Model)!.Pool);

    private IEnumerable<PlayedRequest> WaitFor(PlayedRun run) => run.IsOrphan ? [] : world.WhoWaits.Where(request => request.Ticket.Model == run.Id.Model);

    private void NoteGate(PlayedRun run)
    {
        var isClosed = world.ReportOf(run) is { GateClosed: true };
        run.Gate = !isClosed ? null : run.Gate ?? (world.Now, world.Requests.Count);
    }

    /// <summary>The gate: closed for somebody elsewhere, and this ticket is worse than the best of those, or no better and came too late.</summary>
    private bool IsShutOut(Ticket ticket, PlayedRun run)
    {
        if (run.Gate is not { } gate || Foreign(run.Pool) is not { Count: > 0 } foreign)
        {
            return false;
        }

        var best = foreign.Min(request => request.Ticket.Priority);
        return ticket.Priority > best || (ticket.Priority == best && ticket.Id > gate.LastArrived) || world.Now >= gate.At + TimeSpan.FromSeconds(30);
    }

    /// <summary>The most a gate may stay closed and let people pass: 30 s, or ten times what it takes to come back, by the longest times ever seen or the guess.</summary>
    private TimeSpan LongestGate()
    {
        var cost = WaitBound.SwapCost(world.Runs, world.Now) * world.Options.GateCap;
        return cost > TimeSpan.FromSeconds(30) ? cost : TimeSpan.FromSeconds(30);
    }
}

internal sealed class BrokenPromiseException(string promise) : Exception(promise);
