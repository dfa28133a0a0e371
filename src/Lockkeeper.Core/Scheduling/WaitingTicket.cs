namespace Lockkeeper.Core.Scheduling;

/// <summary>A ticket in the queue, and what it has gone through there.</summary>
/// <param name="ticket">The ticket.</param>
/// <param name="since">When it came first.</param>
/// <param name="startsSeen">How long its model had been starting altogether when it came: that time does not count as waiting for the queue's time limit.</param>
internal sealed class WaitingTicket(Ticket ticket, TimeSpan since, TimeSpan startsSeen)
{
    public static readonly Comparer<WaitingTicket> ByAge = Comparer<WaitingTicket>.Create((left, right) => left.Ticket.Id.CompareTo(right.Ticket.Id));

    public Ticket Ticket => ticket;

    public TimeSpan Since => since;

    public TimeSpan StartsSeen => startsSeen;

    /// <summary>How many runs of its model have died unasked while it waited.</summary>
    public int Crashes { get; set; }

    /// <summary>Past it the ticket is overdue (P4).</summary>
    public TimeSpan Deadline(SchedulerOptions options) => since + options.MaxWait[ticket.Priority];
}
