namespace Lockkeeper.Core.Simulation;

/// <summary>
/// Of things that happened at a time for somebody with a deadline: how much of it happened between two moments for deadlines before the first of them. Each question costs O(log² n):
/// of a hundred thousand overdue requests, each would otherwise look at all the others.
/// </summary>
internal sealed class EarlierDeadlines
{
    private readonly TimeSpan[] _times;

    /// <summary>Level k holds the things in runs of 2^k by time, each run sorted by deadline, with running totals of the weights.</summary>
    private readonly List<(TimeSpan Deadline, long Total)[]> _levels = [];

    public EarlierDeadlines(IEnumerable<(TimeSpan At, TimeSpan Deadline, long Weight)> things)
    {
        var ordered = things.OrderBy(thing => thing.At).ToArray();
        _times = [.. ordered.Select(thing => thing.At)];
        for (var length = 1; length <= ordered.Length; length *= 2)
        {
            var level = new (TimeSpan Deadline, long Total)[ordered.Length];
            for (var start = 0; start < ordered.Length; start += length)
            {
                var end = Math.Min(start + length, ordered.Length);
                var total = 0L;
                var at = start;
                foreach (var (_, deadline, weight) in ordered[start..end].OrderBy(thing => thing.Deadline))
                {
                    level[at++] = (deadline, total += weight);
                }
            }

            _levels.Add(level);
        }
    }

    /// <summary>The weight of what happened after <paramref name="deadline"/> and before <paramref name="until"/>, for earlier deadlines than that.</summary>
    public long Between(TimeSpan deadline, TimeSpan until)
    {
        var from = FirstAt(deadline + TimeSpan.FromTicks(1));
        var to = FirstAt(until);
        var total = 0L;
        while (from < to)
        {
            // The longest run that begins here and ends in time.
            var level = Math.Min(from == 0 ? int.MaxValue : int.TrailingZeroCount(from), int.Log2(to - from));
            total += Earlier(_levels[level], from, from + (1 << level), deadline);
            from += 1 << level;
        }

        return total;
    }

    private static long Earlier((TimeSpan Deadline, long Total)[] level, int start, int end, TimeSpan deadline)
    {
        var (low, high) = (start, end);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = level[middle].Deadline < deadline ? (middle + 1, high) : (low, middle);
        }

        return low == start ? 0 : level[low - 1].Total;
    }

    private int FirstAt(TimeSpan time)
    {
        var (low, high) = (0, _times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _times[middle] < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
