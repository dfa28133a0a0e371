namespace Lockkeeper.Core.Scheduling;

/// <summary>Gives free slots to those who wait for what is resident.</summary>
internal sealed class Serving(Waiting waiting, FairShare shares)
{
    public void Serve(Pool pool, Decision decision)
    {
        var best = pool.Foreign(decision).Best;
        if (pool.Options.Serialize)
        {
            ServeOneAtATime(pool, best, decision);
            return;
        }

        foreach (var instance in pool.Instances)
        {
            while (instance is { Serves: true, HasFreeSlot: true } && Urgency.NextTicket(instance, best, decision, shares) is { } next)
            {
                Grant(next, instance, decision);
            }
        }
    }

    /// <summary>Whether a newcomer may run without waiting. Nobody is overtaken: a better ticket that may run there would have taken the free slot already.</summary>
    public static bool CanRunNow(Ticket ticket, ScheduledModel model, Decision decision) =>
        model.Instance is { Serves: true, HasFreeSlot: true } instance
        && (!model.Pool.Options.Serialize || model.Pool.Running == 0)
        && instance.Admits(ticket, instance.Gate is null ? null : model.Pool.Foreign(decision).Best, decision.Now);

    public void Grant(Ticket ticket, Instance instance, Decision decision)
    {
        shares.Granted(ticket.Key, decision.Now);
        instance.Occupy(ticket, decision.Now);
        decision.Do(new SchedulerEffect.Grant(ticket.Id, instance.Id));
    }

    private void ServeOneAtATime(Pool pool, Priority? best, Decision decision)
    {
        while (pool.Running == 0)
        {
            var candidates = pool.Instances
                .Where(instance => instance.Serves)
                .Select(instance => (instance, next: Urgency.NextTicket(instance, best, decision, shares)))
                .Where(candidate => candidate.next is not null)
                .Select(candidate => (candidate.instance, next: candidate.next!.Value))
                .ToList();
            if (candidates.Count == 0)
            {
                return;
            }

            var overdue = candidates.Where(candidate => candidate.next.Ticket.Deadline(decision.Options) <= decision.Now)
                .OrderBy(candidate => candidate.next.Ticket.Deadline(decision.Options)).ThenBy(candidate => candidate.next.Ticket.Ticket.Id).ToList();
            var first = candidates.OrderBy(candidate => candidate.next.Ticket.Ticket.Priority).ThenBy(candidate => candidate.next.Ticket.Ticket.Id).First();
            var goesFirst = overdue is not [var due, ..] || (first.next.Ticket.Ticket.Priority < due.next.Ticket.Ticket.Priority && !pool.TicketInterposed) ? first : due;
            pool.TicketInterposed = overdue.Count > 0 && goesFirst.next.Ticket != overdue[0].next.Ticket;
            Grant(goesFirst.next, goesFirst.instance, decision);
        }
    }

    private void Grant((WaitingTicket Ticket, bool Interposed) next, Instance instance, Decision decision)
    {
        instance.Model.TicketInterposed = next.Interposed;
        waiting.Remove(next.Ticket.Ticket.Id);
        Grant(next.Ticket.Ticket, instance, decision);
    }
}
