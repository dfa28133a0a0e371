namespace Lockkeeper.Core.Scheduling;

/// <summary>Everybody who waits, for whatever model, by id.</summary>
internal sealed class Waiting
{
    private readonly Dictionary<long, Place> _places = [];
    private readonly int[] _byPriority = new int[5];
    private long _sinceTicks;

    public int Count => _places.Count;

    /// <summary>The worst priority that waits; null when nobody does.</summary>
    private Priority? Worst
    {
        get
        {
            var worst = Array.FindLastIndex(_byPriority, count => count > 0);
            return worst < 0 ? null : (Priority)worst;
        }
    }

    public void Add(WaitingTicket waiting, ScheduledModel model)
    {
        _places.Add(waiting.Ticket.Id, new Place(waiting, model));
        _byPriority[(int)waiting.Ticket.Priority]++;
        _sinceTicks += waiting.Since.Ticks;
        if (model.Line.Count == 0)
        {
            model.Pool.Wanted.Add(model);
        }

        model.Line.Add(waiting);
    }

    /// <returns>Where it was; null when it was not there.</returns>
    public Place? Remove(long ticketId)
    {
        if (!_places.Remove(ticketId, out var place))
        {
            return null;
        }

        var (waiting, model) = place;
        _byPriority[(int)waiting.Ticket.Priority]--;
        _sinceTicks -= waiting.Since.Ticks;
        model.Line.Remove(waiting);
        if (model.Line.Count == 0)
        {
            model.Pool.Wanted.Remove(model);
        }

        return place;
    }

    /// <summary>Everybody, in the order of arrival; a copy.</summary>
    public WaitingTicket[] All() => [.. _places.Values.Select(place => place.Waiting).OrderBy(waiting => waiting.Ticket.Id)];

    /// <summary>How long those who wait have waited on average; zero when nobody does.</summary>
    public TimeSpan MeanAge(TimeSpan now) => Count == 0 ? TimeSpan.Zero : now - new TimeSpan(_sinceTicks / Count);

    /// <summary>
    /// Who gives up a place in a full queue for a newcomer of that priority: the youngest of the worst priority, of the key that holds most. Never one who is overdue, or a
    /// promise already due would be broken. Null when nobody does.
    /// </summary>
    public Ticket? Displaceable(Priority newcomer, SchedulerOptions options, TimeSpan now)
    {
        if (Worst is not { } worst || newcomer >= worst)
        {
            return null;
        }

        return _places.Values
            .Where(place => place.Waiting.Ticket.Priority == worst)
            .GroupBy(place => place.Waiting.Ticket.Key, StringComparer.Ordinal)
            .OrderByDescending(key => key.Count())
            .ThenByDescending(key => key.Max(place => place.Waiting.Ticket.Id))
            .SelectMany(key => key.Where(place => place.Waiting.Deadline(options) > now).OrderByDescending(place => place.Waiting.Ticket.Id))
            .Select(place => place.Waiting.Ticket)
            .FirstOrDefault();
    }

    internal readonly record struct Place(WaitingTicket Waiting, ScheduledModel Model);
}
