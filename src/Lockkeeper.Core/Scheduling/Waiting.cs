using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Everybody who waits, in one line per model. To put in and to take out costs O(log n) of the line; to find the best of all lines costs one look at the head of each.
/// Models nobody waits for have no line, so that look is short even with many models configured.
/// </summary>
internal sealed class Waiting
{
    private readonly Dictionary<long, WaitingTicket> _byId = [];
    private readonly Dictionary<ModelId, SortedSet<WaitingTicket>> _lines = [];
    private TimeSpan _sumOfArrivals;

    public int Count => _byId.Count;

    public IEnumerable<(ModelId Model, IEnumerable<Ticket> Line)> Lines => _lines.Select(line => (line.Key, line.Value.Select(waiting => waiting.Ticket)));

    public void Add(Ticket ticket, TimeSpan now)
    {
        var waiting = new WaitingTicket(ticket, now);
        _byId.Add(ticket.Id, waiting);
        if (!_lines.TryGetValue(ticket.Model, out var line))
        {
            _lines.Add(ticket.Model, line = new SortedSet<WaitingTicket>(WaitingTicket.Order));
        }

        line.Add(waiting);
        _sumOfArrivals += now;
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(long ticketId)
    {
        if (!_byId.Remove(ticketId, out var waiting))
        {
            return false;
        }

        var line = _lines[waiting.Ticket.Model];
        line.Remove(waiting);
        if (line.Count == 0)
        {
            _lines.Remove(waiting.Ticket.Model);
        }

        _sumOfArrivals -= waiting.Since;
        return true;
    }

    /// <summary>Who is served next by that model.</summary>
    public Ticket? FirstOf(ModelId model) => _lines.TryGetValue(model, out var line) ? line.Min!.Ticket : null;

    /// <summary>Who is served next by any model but that one.</summary>
    public Ticket? FirstOfOthers(ModelId? than)
    {
        Ticket? first = null;
        foreach (var (model, line) in _lines)
        {
            if (model != than && line.Min!.Ticket is var head && (first is null || WaitingTicket.Compare(head, first) < 0))
            {
                first = head;
            }
        }

        return first;
    }

    /// <summary>Who is served next of all.</summary>
    public Ticket? First() => FirstOfOthers(than: null);

    /// <summary>Those who wait for that model, in the order of service; a copy, so that they can be removed one by one.</summary>
    public WaitingTicket[] For(ModelId model) => _lines.TryGetValue(model, out var line) ? [.. line] : [];

    /// <summary>Everybody, in the order of arrival; a copy.</summary>
    public WaitingTicket[] All() => [.. _byId.Values.OrderBy(waiting => waiting.Ticket.Id)];

    /// <summary>How long those who wait have waited on average; zero when nobody does.</summary>
    public TimeSpan MeanAge(TimeSpan now) => Count == 0 ? TimeSpan.Zero : now - (_sumOfArrivals / Count);
}
