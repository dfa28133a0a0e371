namespace Lockkeeper.Core.Scheduling;

/// <summary>Whether a run may be left for another model now.</summary>
internal static class Leaving
{
    public static bool May(Instance instance, ScheduledModel successor, ForeignWaiters foreign, Decision decision)
    {
        var own = instance.Model.Line;
        if (instance.Gate is not null || instance.MustGo || instance.IsGoing)
        {
            return true; // that has been decided
        }

        if (instance.Phase == InstancePhase.Starting)
        {
            return own.Count == 0; // started for nobody any more
        }

        if (instance.IsIdle && own.Count == 0)
        {
            return true;
        }

        return IsTurnOver(instance, foreign, decision) && IsWanted(instance, successor, foreign, decision);
    }

    /// <summary>While it has waiters it keeps its turn, of which a better priority than all of them can cut all but one swap cost.</summary>
    private static bool IsTurnOver(Instance instance, ForeignWaiters foreign, Decision decision)
    {
        if (instance.Model.Line.Best is not { } own)
        {
            return true;
        }

        var over = foreign.Best < own ? instance.TurnMayBeCut : instance.TurnEnds;
        decision.WakeAt(over);
        return decision.Now >= over;
    }

    /// <summary>A foreign ticket is overdue or of a better priority, or all of them together have waited long enough.</summary>
    private static bool IsWanted(Instance instance, ScheduledModel successor, ForeignWaiters foreign, Decision decision)
    {
        var best = instance.Model.Line.Best ?? instance.Requests.Min(request => request.Ticket.Priority);
        if (foreign.EarliestDeadline <= decision.Now || foreign.Best < best)
        {
            return true;
        }

        var patience = SwapCost.Of(successor) * decision.Options.SwapPatience * instance.Pool.WaitingCount;
        if (foreign.Waited >= patience)
        {
            return true;
        }

        // They wait on, all at once: each second adds as many as there are of them. Rounded up to the tick, or it would be woken too early again and again.
        decision.WakeAt(decision.Now + new TimeSpan(((patience - foreign.Waited).Ticks + foreign.Count - 1) / foreign.Count));
        decision.WakeAt(foreign.EarliestDeadline);
        return false;
    }
}
