namespace Lockkeeper.Server.Scheduling;

/// <summary>Wakes the loop at the time the scheduler asked for last. Used by the loop alone.</summary>
internal sealed class WakeTimer(TimeProvider time, Action wake) : IDisposable
{
    private readonly ITimer _timer = time.CreateTimer(_ => wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    private bool _isSet;

    /// <param name="due">When to wake, on the same clock as <paramref name="now"/>; null for never. Replaces what was asked for before.</param>
    /// <param name="now">The current time.</param>
    public void Set(TimeSpan? due, TimeSpan now)
    {
        if (due is { } at)
        {
            // Set anew even for the same time: a timer may fire a little early, and is then needed once more.
            _timer.Change(at > now ? at - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        else if (_isSet)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _isSet = due is not null;
    }

    public void Dispose() => _timer.Dispose();
}
