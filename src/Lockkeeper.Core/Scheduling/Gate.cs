namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Which tickets a resident model still serves once it is to be left: those that were waiting when it closed, of a priority not worse than the best of those who want it gone.
/// Later ones wait for its next turn. Without it the resident model would be served for ever; without letting those pass, every alternation would cost a swap.
/// </summary>
/// <param name="LastAdmitted">Id of the last ticket that had arrived when it closed.</param>
/// <param name="Until">When it admits nobody any more, however many still wait: this bounds what a long queue, and better tickets that keep coming, can delay the others.</param>
internal sealed record Gate(long LastAdmitted, TimeSpan Until)
{
    private static readonly TimeSpan LeastCap = TimeSpan.FromSeconds(30);

    public static Gate Close(Decision decision, TimeSpan swapCost)
    {
        var cap = swapCost * decision.Options.GateCap;
        return new Gate(decision.LastArrived, decision.Now + (cap > LeastCap ? cap : LeastCap));
    }

    /// <param name="ticket">Who wants to pass.</param>
    /// <param name="bestForeign">The best priority of those who wait for a model that is not resident; null when nobody does.</param>
    /// <param name="now">The time.</param>
    /// <remarks>A better priority passes even when it comes late: it is urgent, served in one request here, and what it takes is bounded by the cap.</remarks>
    public bool Admits(Ticket ticket, Priority? bestForeign, TimeSpan now) =>
        now < Until && (ticket.Priority < (bestForeign ?? Priority.Background) || (ticket.Id <= LastAdmitted && ticket.Priority <= (bestForeign ?? Priority.Background)));
}
