namespace Lockkeeper.Testing;

/// <summary>Waits for something that becomes true by itself, and says what it was when it does not. The only place in the tests that polls.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>What comes soon is seen at once; looking on and on for what takes seconds would take the processor from what is waited for.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">It has not become true within <paramref name="within"/> (30 s unless told).</exception>
    public static Task<TimeSpan> True(Func<bool> condition, string what, TimeSpan? within = null) =>
        True(() => Task.FromResult(condition()), what, within);

    /// <inheritdoc cref="True(Func{bool}, string, TimeSpan?)"/>
    public static async Task<TimeSpan> True(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var time = TimeProvider.System;
        var (start, pause) = (time.GetTimestamp(), ShortestPause);
        while (!await condition())
        {
            if (time.GetElapsedTime(start) > (within ?? Deadline))
            {
                throw new TimeoutException($"Not within {(within ?? Deadline).TotalSeconds:0.###} s: {what}");
            }

            await Task.Delay(pause, time);
            pause = pause * 1.25 < LongestPause ? pause * 1.25 : LongestPause;
        }

        return time.GetElapsedTime(start);
    }
}
