using System.Collections.Immutable;

namespace Lockkeeper.Core.Memory;

/// <summary>Tells the level of pressure from figures, and what follows from it.</summary>
/// <remarks>A level is entered at its threshold and left only well beyond it, or answers would be cut at one length and the next, at each breath of the machine.</remarks>
internal static class PressureRule
{
    /// <summary>A level is left once available memory is this much above its threshold …</summary>
    private const double AvailableSlack = 1.1;

    /// <summary>… and swap use this far below.</summary>
    private const double SwapSlack = 0.05;

    /// <summary>The level now. What cannot be read speaks for no pressure.</summary>
    /// <param name="before">The level until now.</param>
    /// <param name="thresholds">Where levels begin.</param>
    /// <param name="total">Bytes of the machine; null when unknown.</param>
    /// <param name="available">Bytes available; null when unknown.</param>
    /// <param name="swap">Its swap space; null when unknown.</param>
    public static PressureLevel Next(PressureLevel before, PressureThresholds thresholds, long? total, long? available, SwapUse? swap)
    {
        for (var level = PressureLevel.Critical; level > PressureLevel.Normal; level--)
        {
            if (thresholds.Of(level) is not { } threshold)
            {
                continue;
            }

            var isHeld = before >= level;
            var isShort = threshold.AvailableBelow?.In(total) is { } bound && available < bound * (isHeld ? AvailableSlack : 1);
            var isSwapping = threshold.SwapAbove is { } share && swap is { Total: > 0 } && swap.Value.Share > share - (isHeld ? SwapSlack : 0);
            if (isShort || isSwapping)
            {
                return level;
            }
        }

        return PressureLevel.Normal;
    }

    /// <summary>The most tokens an answer may have at <paramref name="level"/>: what is set for it, else for the nearest level below; null when nothing is.</summary>
    public static int? Cap(ImmutableDictionary<PressureLevel, int> caps, PressureLevel level)
    {
        for (; level >= PressureLevel.Normal; level--)
        {
            if (caps.TryGetValue(level, out var cap))
            {
                return cap;
            }
        }

        return null;
    }
}
