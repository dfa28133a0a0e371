namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Those who wait for one model, by priority and, within one, by age and by key. To put in and to take out costs O(log n). Within a priority who came first has the earliest
/// deadline, so the heads of the five priorities tell everything about time.
/// </summary>
internal sealed class Line
{
    private readonly Shelf[] _shelves = [new(), new(), new(), new(), new()];
    private long _clampedTicks;
    private TimeSpan _clampedAt;

    public int Count { get; private set; }

    /// <summary>The best priority that waits; null when nobody does.</summary>
    public Priority? Best
    {
        get
        {
            for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
            {
                if (_shelves[(int)priority].ByAge.Count > 0)
                {
                    return priority;
                }
            }

            return null;
        }
    }

    public int CountOf(Priority priority) => _shelves[(int)priority].ByAge.Count;

    /// <summary>Who came first of that priority.</summary>
    public WaitingTicket? Oldest(Priority priority) => _shelves[(int)priority].ByAge.Min;

    public void Add(WaitingTicket waiting)
    {
        _shelves[(int)waiting.Ticket.Priority].Add(waiting);
        Count++;
        _clampedTicks += Clamped(waiting);
    }

    public void Remove(WaitingTicket waiting)
    {
        _shelves[(int)waiting.Ticket.Priority].Remove(waiting);
        Count--;
        _clampedTicks -= Clamped(waiting);
    }

    /// <summary>Of each key that waits in that priority, who came first.</summary>
    public IEnumerable<WaitingTicket> HeadsOf(Priority priority) => _shelves[(int)priority].Heads;

    /// <summary>Everybody, best priority first and then first come; a copy.</summary>
    public WaitingTicket[] All() => [.. _shelves.SelectMany(shelf => shelf.ByAge)];

    /// <summary>From now on <see cref="WaitedSinceResidency"/> counts from here.</summary>
    public void BeginResidency(TimeSpan now)
    {
        _clampedAt = now;
        _clampedTicks = Count * now.Ticks;
    }

    /// <summary>How long those who wait have waited altogether since the latest residency in their pool began.</summary>
    public TimeSpan WaitedSinceResidency(TimeSpan now) => new((Count * now.Ticks) - _clampedTicks);

    private long Clamped(WaitingTicket waiting) => Math.Max(waiting.Since.Ticks, _clampedAt.Ticks);

    /// <summary>Those of one priority.</summary>
    private sealed class Shelf
    {
        private readonly Dictionary<string, SortedSet<WaitingTicket>> _byKey = new(StringComparer.Ordinal);

        public SortedSet<WaitingTicket> ByAge { get; } = new(WaitingTicket.ByAge);

        public IEnumerable<WaitingTicket> Heads => _byKey.Values.Select(key => key.Min!);

        public void Add(WaitingTicket waiting)
        {
            ByAge.Add(waiting);
            if (!_byKey.TryGetValue(waiting.Ticket.Key, out var key))
            {
                _byKey.Add(waiting.Ticket.Key, key = new SortedSet<WaitingTicket>(WaitingTicket.ByAge));
            }

            key.Add(waiting);
        }

        public void Remove(WaitingTicket waiting)
        {
            ByAge.Remove(waiting);
            var key = _byKey[waiting.Ticket.Key];
            key.Remove(waiting);
            if (key.Count == 0)
            {
                _byKey.Remove(waiting.Ticket.Key);
            }
        }
    }
}
