namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Who goes first. Overdue ones by earliest deadline, with at most one of a better priority between two of them; else the best priority. Said once, for models that want to become resident
/// and for tickets that want a slot.
/// </summary>
internal static class Urgency
{
    /// <summary>The model to be made resident next; null when nobody waits for one that is not.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="decision">The time and the rules.</param>
    /// <param name="except">Models that are not asked.</param>
    public static Choice? NextModel(Pool pool, Decision decision, IReadOnlySet<ScheduledModel>? except = null)
    {
        Contender? overdue = null;
        Contender? best = null;
        foreach (var model in pool.Wanted)
        {
            if (!model.NeedsStart || except?.Contains(model) == true)
            {
                continue;
            }

            var contender = Contender.Of(model, decision);
            overdue = contender.Deadline <= decision.Now && contender.IsEarlierThan(overdue) ? contender : overdue;
            best = contender.IsBetterThan(best) ? contender : best;
        }

        if (best is null)
        {
            return null;
        }

        return overdue is not { } first ? new Choice(best.Value.Model, Interposed: false)
            : best.Value.Priority < first.Earliest.Ticket.Priority && !pool.Interposed ? new Choice(best.Value.Model, Interposed: true)
            : new Choice(first.Model, Interposed: false);
    }

    /// <summary>The ticket a free slot of the instance goes to; null when nobody may have it.</summary>
    public static (WaitingTicket Ticket, bool Interposed)? NextTicket(Instance instance, Priority? bestForeign, Decision decision, FairShare shares)
    {
        var line = instance.Model.Line;
        WaitingTicket? overdue = null;
        Priority? best = null;
        var isOverdueOutside = false;
        for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
        {
            if (line.Oldest(priority) is not { } oldest)
            {
                continue;
            }

            var deadline = oldest.Deadline(decision.Options);
            if (instance.Admits(oldest.Ticket, bestForeign, decision.Now))
            {
                best ??= priority;
                overdue = deadline <= decision.Now && !(overdue?.Deadline(decision.Options) <= deadline) ? oldest : overdue;
            }
            else
            {
                isOverdueOutside |= deadline <= decision.Now;
            }
        }

        if (best is null)
        {
            return null;
        }

        // One that is overdue and shut out by the gate is not passed over here, but that it was before is not forgotten.
        var wasInterposed = isOverdueOutside && instance.Model.TicketInterposed;
        if (overdue is not null && (overdue.Ticket.Priority <= best || instance.Model.TicketInterposed))
        {
            return (overdue, wasInterposed);
        }

        var next = shares.Next(line.HeadsOf(best.Value).Where(head => instance.Admits(head.Ticket, bestForeign, decision.Now)), decision.Now)!;
        return (next, overdue is not null || wasInterposed);
    }

    /// <summary>A model somebody waits for, as it stands against others.</summary>
    /// <param name="Model">The model.</param>
    /// <param name="Best">The first come of its best priority.</param>
    /// <param name="Earliest">Who is overdue first.</param>
    /// <param name="Deadline">When that is.</param>
    /// <param name="CostPerTicket">Swap cost in seconds for each that waits.</param>
    private readonly record struct Contender(ScheduledModel Model, WaitingTicket Best, WaitingTicket Earliest, TimeSpan Deadline, double CostPerTicket)
    {
        public Priority Priority => Best.Ticket.Priority;

        public static Contender Of(ScheduledModel model, Decision decision)
        {
            var line = model.Line;
            var best = line.Oldest(line.Best!.Value)!;
            var earliest = best;
            for (var priority = best.Ticket.Priority + 1; priority <= Priority.Background; priority++)
            {
                earliest = line.Oldest(priority) is { } oldest && oldest.Deadline(decision.Options) < earliest.Deadline(decision.Options) ? oldest : earliest;
            }

            var deadline = earliest.Deadline(decision.Options);
            decision.WakeAt(deadline);
            return new Contender(model, best, earliest, deadline, (SwapCost.Of(model) / line.Count).TotalSeconds);
        }

        public bool IsEarlierThan(Contender? other) =>
            other is not { } than || (Deadline, Earliest.Ticket.Id).CompareTo((than.Deadline, than.Earliest.Ticket.Id)) < 0;

        public bool IsBetterThan(Contender? other) =>
            other is not { } than || (Priority, CostPerTicket, Best.Ticket.Id).CompareTo((than.Priority, than.CostPerTicket, than.Best.Ticket.Id)) < 0;
    }
}

/// <summary>The model that is next.</summary>
/// <param name="Model">The model.</param>
/// <param name="Interposed">Whether it goes first although another model is overdue, because its priority is better.</param>
internal readonly record struct Choice(ScheduledModel Model, bool Interposed);
