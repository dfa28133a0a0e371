using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What was true once and is told again, or told too late: all of it must change nothing.</summary>
internal static class OldNews
{
    public static IEnumerable<SchedulerEvent> Of(IReadOnlyCollection<PlayedRequest> requests, IReadOnlyCollection<PlayedRun> runs)
    {
        foreach (var request in requests)
        {
            foreach (var run in runs.Where(run => run.Id.Model == request.Ticket.Model && !run.InFlight.Contains(request.Ticket.Id)))
            {
                yield return new SchedulerEvent.Released(request.Ticket.Id, run.Id);
                yield return new SchedulerEvent.FirstByteSent(request.Ticket.Id, run.Id);
            }

            if (request.Fate != Fate.Waiting)
            {
                yield return new SchedulerEvent.Cancelled(request.Ticket.Id);
            }
        }

        foreach (var run in runs)
        {
            if (run.Phase != RunPhase.Starting || run.StopAskedAt is not null)
            {
                yield return new SchedulerEvent.InstanceReady(run.Id);
            }

            if (run.Phase is RunPhase.Gone or RunPhase.Settled)
            {
                yield return new SchedulerEvent.StartFailed(run.Id, InstanceFailure.Of("late"));
                yield return new SchedulerEvent.InstanceGone(run.Id, InstanceFailure.Of("late"));
            }

            if (run.Phase == RunPhase.Settled)
            {
                yield return new SchedulerEvent.MemorySettled(run.Id);
            }
        }
    }
}
