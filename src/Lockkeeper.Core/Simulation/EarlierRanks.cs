namespace Lockkeeper.Core.Simulation;

/// <summary>
/// Of things that happened at a time for somebody of a rank: how much of it happened between two moments for ranks before one. Each question costs O(log² n): of a hundred thousand
/// overdue requests, each would otherwise look at all the others.
/// </summary>
internal sealed class EarlierRanks
{
    private readonly TimeSpan[] _times;

    /// <summary>Level k holds the things in runs of 2^k by time, each run sorted by rank, with running totals of the weights.</summary>
    private readonly List<(int Rank, long Total)[]> _levels = [];

    public EarlierRanks(IEnumerable<(TimeSpan At, int Rank, long Weight)> things)
    {
        var ordered = things.OrderBy(thing => thing.At).ToArray();
        _times = [.. ordered.Select(thing => thing.At)];
        for (var length = 1; length <= ordered.Length; length *= 2)
        {
            var level = new (int Rank, long Total)[ordered.Length];
            for (var start = 0; start < ordered.Length; start += length)
            {
                var end = Math.Min(start + length, ordered.Length);
                var total = 0L;
                var at = start;
                foreach (var (_, rank, weight) in ordered[start..end].OrderBy(thing => thing.Rank))
                {
                    level[at++] = (rank, total += weight);
                }
            }

            _levels.Add(level);
        }
    }

    /// <summary>The weight of what happened after <paramref name="after"/> and up to <paramref name="until"/>, for ranks before <paramref name="rank"/>.</summary>
    public long Between(TimeSpan after, TimeSpan until, int rank)
    {
        var from = CountUpTo(after);
        var to = CountUpTo(until);
        var total = 0L;
        while (from < to)
        {
            // The longest run that begins here and ends in time.
            var level = Math.Min(from == 0 ? int.MaxValue : int.TrailingZeroCount(from), int.Log2(to - from));
            total += Earlier(_levels[level], from, from + (1 << level), rank);
            from += 1 << level;
        }

        return total;
    }

    private static long Earlier((int Rank, long Total)[] level, int start, int end, int rank)
    {
        var (low, high) = (start, end);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = level[middle].Rank < rank ? (middle + 1, high) : (low, middle);
        }

        return low == start ? 0 : level[low - 1].Total;
    }

    private int CountUpTo(TimeSpan time)
    {
        var (low, high) = (0, _times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _times[middle] <= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
