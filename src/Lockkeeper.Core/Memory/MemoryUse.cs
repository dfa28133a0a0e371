namespace Lockkeeper.Core.Memory;

/// <summary>What a run has of the memory its pool is measured in.</summary>
/// <param name="Held">Bytes that come back when it dies: anonymous, shared, swapped out, and on devices.</param>
/// <param name="Footprint">Those and its resident file pages, mapped weights above all: what has to be free for it to run well.</param>
internal readonly record struct MemoryUse(long Held, long Footprint)
{
    public static MemoryUse operator +(MemoryUse left, MemoryUse right) => new(left.Held + right.Held, left.Footprint + right.Footprint);

    /// <summary>The larger of each figure.</summary>
    public static MemoryUse Max(MemoryUse left, MemoryUse right) => new(Math.Max(left.Held, right.Held), Math.Max(left.Footprint, right.Footprint));
}
