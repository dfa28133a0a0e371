namespace Lockkeeper.Core.Scheduling;

/// <summary>A ticket in the queue, and what it has gone through there.</summary>
internal sealed class WaitingTicket(Ticket ticket, TimeSpan since)
{
    /// <summary>The order of service within a model: best priority first, then first come.</summary>
    public static readonly Comparer<WaitingTicket> Order = Comparer<WaitingTicket>.Create((left, right) => Compare(left.Ticket, right.Ticket));

    public Ticket Ticket { get; } = ticket;

    /// <summary>When it began to wait.</summary>
    public TimeSpan Since { get; } = since;

    /// <summary>How many runs of its model have died unasked while it waited.</summary>
    public int Crashes { get; set; }

    public static int Compare(Ticket left, Ticket right) =>
        left.Priority == right.Priority ? left.Id.CompareTo(right.Id) : left.Priority.CompareTo(right.Priority);
}
