namespace Lockkeeper.Core.Memory;

/// <summary>
/// Decides, sample by sample, whether the memory of a dead instance is back. An operating system gives it back in steps, and a driver may begin late;
/// who starts the next engine at once finds a machine that is still full.
/// </summary>
/// <param name="held">Bytes that were to come back; null when unknown.</param>
/// <param name="availableBefore">Bytes available while the instance still held them; null when unknown.</param>
/// <param name="pool">Bytes of the whole pool; null when unknown.</param>
/// <param name="timeout">When to stop waiting in any case.</param>
internal sealed class SettleRule(long? held, long? availableBefore, long? pool, TimeSpan timeout)
{
    private const long Mebibyte = 1024 * 1024;
    private const long AlwaysTooLittle = 256 * Mebibyte;
    private const long AlwaysStill = 64 * Mebibyte;
    private const int StillSamples = 3;

    private static readonly TimeSpan LateStart = TimeSpan.FromSeconds(2);

    private long? _last;
    private int _still;

    /// <summary>The pause between two samples.</summary>
    public static TimeSpan SampleEvery { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the next sample; null means wait for another.</summary>
    /// <param name="sinceGone">Time since the last process of the instance was gone.</param>
    /// <param name="available">Bytes available now; null when they cannot be read at this moment.</param>
    public SettleOutcome? Observe(TimeSpan sinceGone, long? available)
    {
        if (held is not { } expected || availableBefore is not { } before)
        {
            return SettleOutcome.Unreadable;
        }

        if (expected < Math.Max(AlwaysTooLittle, (pool ?? 0) / 100))
        {
            return SettleOutcome.NotNeeded;
        }

        if (available is not { } now)
        {
            // What could be read a moment ago can be read again in a moment: no descriptor was free, or a driver was busy.
            (_last, _still) = (null, 0);
            return sinceGone >= timeout ? SettleOutcome.Unreadable : null;
        }

        var risen = now - before;
        if (risen >= expected / 10 * 9)
        {
            return SettleOutcome.Recovered;
        }

        var isStill = _last is { } last && Math.Abs(now - last) < Math.Max(AlwaysStill, expected / 100);
        _still = isStill ? _still + 1 : 0;
        _last = now;
        if (_still >= StillSamples && (risen >= expected / 2 || sinceGone >= LateStart))
        {
            return SettleOutcome.Plateau;
        }

        return sinceGone >= timeout ? SettleOutcome.TimedOut : null;
    }
}
