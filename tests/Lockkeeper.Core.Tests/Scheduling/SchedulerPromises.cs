using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using static Lockkeeper.Core.Tests.Scheduling.SchedulerWorld;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// What the scheduler may do, and what it may not leave undone, said over everything that has happened and without any code of the scheduler: plain searches through all
/// requests and runs.
/// </summary>
internal sealed class SchedulerPromises(SchedulerWorld world, int maxQueue)
{
    public static void Demand(bool kept, string promise)
    {
        if (!kept)
        {
            throw new BrokenPromiseException(promise);
        }
    }

    public void Judge(SchedulerEffect effect)
    {
        switch (effect)
        {
            case SchedulerEffect.Grant(var id, var instance):
                JudgeGrant(world.Requests[(int)id - 1], instance);
                break;
            case SchedulerEffect.Refuse(var id, var error):
                JudgeRefusal(world.Requests[(int)id - 1], error);
                break;
            case SchedulerEffect.Start(var instance):
                Demand(world.Unsettled is null, $"P1: {instance} starts before {world.Unsettled?.Id} has settled");
                Demand(world.Runs.All(run => run.Id.Run < instance.Run), "run numbers rise");
                Demand(!world.Closed, "nothing starts while closing");
                Demand(world.WhoWaits.Any(), "a run is started for somebody");
                Demand(world.WhoWaits.OrderBy(request => request.Ticket.Priority).ThenBy(request => request.Ticket.Id).First().Ticket.Model == instance.Model, "the best, oldest ticket's model is next");
                break;
            case SchedulerEffect.Drain(var instance):
                Demand(Serves(instance) is { } drained && ShouldLeave(drained), $"{instance} drains without need");
                break;
            case SchedulerEffect.Stop(var instance, _):
                JudgeStop(instance);
                break;
        }
    }

    /// <summary>After all effects of an event: nothing is left undone that could be done.</summary>
    public void JudgeRest()
    {
        Demand(world.WhoWaits.Count() <= maxQueue, "more wait than there are places");
        Demand(!world.Closed || !world.WhoWaits.Any(), "somebody waits while closing");
        foreach (var waiting in world.WhoWaits)
        {
            Demand(waiting.Crashes < 3, $"ticket {waiting.Ticket.Id} has seen three crashes and waits on");
        }

        switch (world.Unsettled)
        {
            case null:
                Demand(!world.WhoWaits.Any(), "P3: somebody waits and nothing is started");
                break;
            case { StopAsked: false, Phase: RunPhase.Starting } run:
                Demand(!ShouldLeave(run), $"{run.Id} is started for nobody while others wait");
                break;
            case { StopAsked: false, Phase: RunPhase.Ready } run:
                Demand(run.InFlight.Count == SlotsOf(run.Id.Model) || !MayRun(run).Any(), $"{run.Id} has a free slot and keeps a ticket waiting");
                Demand(run.InFlight.Count > 0 || !ShouldLeave(run), $"{run.Id} is idle, others wait, and it is not stopped");
                Demand(!ShouldLeave(run) || run.Drained, $"{run.Id} is left without saying so");
                run.Drained &= ShouldLeave(run);
                break;
            case { Failed: true, Phase: RunPhase.Gone } run when world.LastEvent is SchedulerEvent.StartFailed && !world.IsOldNews:
                Demand(!WaitFor(run).Any(), $"{run.Id} failed to start and its tickets were not told");
                break;
        }
    }

    private void JudgeGrant(Request request, InstanceId instance)
    {
        var ticket = request.Ticket;
        Demand(request.Fate == Fate.Waiting, $"P3: ticket {ticket.Id} is granted, but is {request.Fate}");
        Demand(instance.Model == ticket.Model, $"ticket {ticket.Id} runs on {instance}");
        var run = Serves(instance);
        Demand(run is not null, $"{instance} is granted to {ticket.Id}, but does not serve");
        Demand(run!.InFlight.Count < SlotsOf(instance.Model), $"P2: too many run on {instance}");
        Demand(!IsShutOut(ticket, run), $"ticket {ticket.Id} has passed the gate of {instance}");
        Demand(!WaitFor(run).Any(other => ComesBefore(other.Ticket, ticket)), $"ticket {ticket.Id} has overtaken another one for {instance}");
    }

    private void JudgeRefusal(Request request, RouterError error)
    {
        Demand(request.Fate == Fate.Waiting, $"P3: ticket {request.Ticket.Id} is refused, but is {request.Fate}");
        var isNew = world.LastEvent is SchedulerEvent.Arrived(var ticket) && ticket.Id == request.Ticket.Id;
        Demand(
            error switch
            {
                RouterError.QueueFull => isNew && world.WhoWaits.Count() > maxQueue && !CouldRunAtOnce(request.Ticket),
                RouterError.ShuttingDown => world.Closed,
                RouterError.StartFailed => world.LastEvent is SchedulerEvent.StartFailed(var id, _) && id.Model == request.Ticket.Model && world.Unsettled is { Failed: true },
                RouterError.EngineFailed => request.Crashes >= 3,
                _ => false,
            },
            $"ticket {request.Ticket.Id} is refused with {error.Code} for no reason");
    }

    private void JudgeStop(InstanceId instance)
    {
        var run = world.Unsettled;
        Demand(run?.Id == instance && run.Phase is RunPhase.Starting or RunPhase.Ready && !run.StopAsked, $"{instance} is stopped, but does not run");
        Demand(run!.InFlight.Count == 0, $"P5: {instance} is stopped with work in flight");
        Demand(ShouldLeave(run), $"{instance} is stopped without need");
        Demand(run.Phase == RunPhase.Starting || run.Drained, $"{instance} is stopped without a drain");
    }

    private Run? Serves(InstanceId instance) => world.Unsettled is { Phase: RunPhase.Ready, StopAsked: false } run && run.Id == instance ? run : null;

    private IEnumerable<Request> WaitFor(Run run) => world.WhoWaits.Where(request => request.Ticket.Model == run.Id.Model);

    private IEnumerable<Request> MayRun(Run run) => WaitFor(run).Where(request => !IsShutOut(request.Ticket, run));

    private bool CouldRunAtOnce(Ticket ticket) =>
        world.Unsettled is { Phase: RunPhase.Ready, StopAsked: false } run && run.Id.Model == ticket.Model && run.InFlight.Count < SlotsOf(ticket.Model) && !IsShutOut(ticket, run);

    private IEnumerable<Ticket> Foreign(Run run) => world.WhoWaits.Select(request => request.Ticket).Where(ticket => ticket.Model != run.Id.Model);

    /// <summary>The gate: another model has a better ticket, or an equal one that waited while the instance was ready and this ticket had not come yet.</summary>
    private bool IsShutOut(Ticket ticket, Run run) => Foreign(run).Any(foreign =>
        foreign.Priority < ticket.Priority
        || (foreign.Priority == ticket.Priority && run.Phase == RunPhase.Ready && ticket.Id > run.ArrivedBeforeReady && ticket.Id > foreign.Id));

    private bool ShouldLeave(Run run) => world.Closed || (Foreign(run).Any() && !MayRun(run).Any());

    private static bool ComesBefore(Ticket one, Ticket other) => one.Priority < other.Priority || (one.Priority == other.Priority && one.Id < other.Id);
}

internal sealed class BrokenPromiseException(string promise) : Exception(promise);
