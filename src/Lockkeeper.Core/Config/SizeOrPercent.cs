using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Config;

/// <summary>An amount of memory: a size, or a share of the whole.</summary>
/// <param name="Size">The size; null when it is a share.</param>
/// <param name="Share">The share; counts where there is no size.</param>
internal readonly record struct SizeOrPercent(ByteSize? Size, Percent Share)
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = ByteSize.Example + ", or " + Percent.Example;

    public static SizeOrPercent OfWhole(double percent) => new(null, new Percent(percent));

    /// <returns>False when the text is neither; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out SizeOrPercent amount, [NotNullWhen(false)] out string? problem)
    {
        amount = default;
        if (text.Contains('%', StringComparison.Ordinal))
        {
            var read = Percent.TryParse(text, out var share, out problem);
            amount = new SizeOrPercent(null, share);
            return read;
        }

        var sized = ByteSize.TryParse(text, out var size, out problem);
        amount = sized ? new SizeOrPercent(size, default) : default;
        return sized;
    }

    /// <summary>Bytes of a whole of <paramref name="total"/> bytes.</summary>
    public long Of(long total) => Size?.Bytes ?? (long)(total / 100.0 * Share.Value);

    public override string ToString() => Size?.ToString() ?? Share.ToString();
}
