namespace Lockkeeper.Server.Scheduling;

/// <summary>Wakes the loop at the time the scheduler asked for, or a little earlier. Used by the loop alone.</summary>
/// <remarks>
/// A wish that is taken back or moved to later leaves the timer as it is: the loop is then woken for nothing once, which costs less than moving a timer with every request.
/// </remarks>
internal sealed class WakeTimer(TimeProvider time, Action wake) : IDisposable
{
    /// <summary>The longest a timer can be set to; after it the loop is woken and asks again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private readonly ITimer _timer = time.CreateTimer(_ => wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    private TimeSpan? _rings;

    /// <param name="due">When to wake at the latest, on the same clock as <paramref name="now"/>; null when nothing is due.</param>
    /// <param name="now">The current time.</param>
    public void Set(TimeSpan? due, TimeSpan now)
    {
        if (due is not { } at || _rings <= at)
        {
            return;
        }

        var pause = at <= now ? TimeSpan.Zero : at - now < Longest ? at - now : Longest;
        _rings = now + pause;
        _timer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The loop has been woken: the next wish sets the timer anew, also when it rang too early.</summary>
    public void HasRung() => _rings = null;

    public void Dispose() => _timer.Dispose();
}
