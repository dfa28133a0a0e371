using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Security;

/// <summary>How much a key may have at once, and in a minute. Exact: no 60 seconds hold more requests than allowed, whenever they begin.</summary>
/// <param name="caller">As the beginning of a sentence.</param>
/// <param name="maxConcurrent">Requests at the same time; null for any number.</param>
/// <param name="perMinute">Requests in any 60 s; null for any number.</param>
/// <param name="time">The clock.</param>
internal sealed class CallerLimits(string caller, int? maxConcurrent, int? perMinute, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    /// <summary>When the latest requests began, as a ring: at <see cref="_next"/> is the oldest once it is full.</summary>
    private readonly long[] _began = new long[perMinute ?? 0];

    private int _next;
    private int _known;
    private int _inside;

    /// <summary>Requests that have entered and not left.</summary>
    public int Inside
    {
        get
        {
            lock (_gate)
            {
                return _inside;
            }
        }
    }

    public bool Are(int? concurrent, int? inMinute) => (maxConcurrent, perMinute) == (concurrent, inMinute);

    /// <returns>Why the request may not enter; null when it has, and must <see cref="Leave"/> once.</returns>
    public RouterError? Enter()
    {
        lock (_gate)
        {
            if (maxConcurrent is { } most && _inside >= most)
            {
                return new RouterError.TooManyConcurrent(caller, most);
            }

            if (perMinute is { } limit && Count(limit) is { } wait)
            {
                return new RouterError.RateLimited(caller, limit, wait);
            }

            _inside++;
            return null;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inside--;
        }
    }

    /// <returns>How long until there is room; null when there was, and the request is counted.</returns>
    private TimeSpan? Count(int limit)
    {
        var now = time.GetTimestamp();
        if (_known == limit && time.GetElapsedTime(_began[_next], now) is var age && age < Minute)
        {
            return Minute - age;
        }

        _began[_next] = now;
        _next = (_next + 1) % limit;
        _known = Math.Min(_known + 1, limit);
        return null;
    }
}
