using FsCheck;
using FsCheck.Fluent;

namespace Lockkeeper.Core.Tests.Wire;

/// <summary>Ways to cut something into pieces.</summary>
internal static class Cuts
{
    /// <summary>Lengths of the pieces, used again and again: mostly very short, some long, so that marks are cut everywhere and also come whole.</summary>
    public static readonly Gen<int[]> Lengths = Gen.OneOf(Gen.Choose(1, 4), Gen.Choose(1, 40)).NonEmptyListOf().Select(lengths => lengths.ToArray());

    /// <summary>Hands out the pieces, one after the other.</summary>
    public static void Into<T>(ReadOnlyMemory<T> whole, int[] lengths, Action<ReadOnlyMemory<T>> piece)
    {
        var at = 0;
        for (var i = 0; at < whole.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], whole.Length - at);
            piece(whole.Slice(at, length));
            at += length;
        }
    }
}
