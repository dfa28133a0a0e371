namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Which tickets may still be served by the resident model while another model is wanted too. It closes behind the tickets that were there when both were true: the instance
/// was ready, and the foreign ticket waited. Without it the resident model would be served for ever; without letting those pass, every alternation would cost a swap.
/// </summary>
/// <param name="foreign">The ticket of another model that would be served next; null leaves the gate open.</param>
/// <param name="arrivedBeforeReady">Id of the last ticket that had arrived when the instance became ready.</param>
internal readonly struct Gate(Ticket? foreign, long arrivedBeforeReady)
{
    /// <remarks>
    /// A better priority passes even when it comes late: it would be next in any case, and a stop only to start the same engine again serves nobody.
    /// So what is shut out always comes after <c>foreign</c> in the queue, and a drained model is never its own successor.
    /// </remarks>
    public bool Admits(Ticket ticket) =>
        foreign is null
        || ticket.Priority < foreign.Priority
        || (ticket.Priority == foreign.Priority && ticket.Id <= Math.Max(arrivedBeforeReady, foreign.Id));
}
