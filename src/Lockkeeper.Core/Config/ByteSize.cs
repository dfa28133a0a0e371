using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lockkeeper.Core.Config;

/// <summary>A number of bytes, written <c>512 MiB</c>, <c>1.5GB</c> or plain bytes.</summary>
internal readonly record struct ByteSize(long Bytes)
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "a size such as 256MiB, 1.5GB or a number of bytes";

    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("0123456789.");

    /// <summary>Largest first, powers of 1024 before those of 1000: the order in which <see cref="ToString"/> looks for an exact unit.</summary>
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ];

    public static ByteSize FromMebibytes(long count) => new(count * 1024 * 1024);

    /// <summary>Reads <c>1024</c>, <c>1KiB</c>, <c>1.5 GB</c>; units ignore case.</summary>
    /// <returns>False when the text is no size; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out ByteSize size, [NotNullWhen(false)] out string? problem)
    {
        size = default;
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExcept(NumberLetters);
        var number = digits < 0 ? trimmed : trimmed[..digits];
        var unit = digits < 0 ? "" : trimmed[digits..].TrimStart().ToString();
        if (number.IsEmpty || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            problem = trimmed is ['-', ..] ? $"'{text}' is negative; write {Example}" : $"'{text}' is no size; write {Example}";
            return false;
        }

        var bytes = unit.Length == 0 ? 1 : Array.Find(Units, u => u.Name.Equals(unit, StringComparison.OrdinalIgnoreCase)).Bytes;
        if (bytes == 0)
        {
            problem = unit is [var letter] && "KMGTkmgt".Contains(letter, StringComparison.Ordinal)
                ? $"'{text}' has the unit '{unit}', which could mean 1000 or 1024; write {char.ToUpperInvariant(letter)}B or {char.ToUpperInvariant(letter)}iB"
                : $"'{text}' has the unknown unit '{unit}'; write B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024)";
            return false;
        }

        if (count > long.MaxValue / (decimal)bytes)
        {
            problem = $"'{text}' is larger than {long.MaxValue} bytes";
            return false;
        }

        if (bytes == 1 && count != decimal.Truncate(count))
        {
            problem = $"'{text}' is a fraction of a byte; write {Example}";
            return false;
        }

        size = new ByteSize((long)(count * bytes));
        problem = null;
        return true;
    }

    /// <summary>The shortest exact spelling: <c>256MiB</c>, <c>1500MB</c>, <c>1000001B</c>.</summary>
    public override string ToString()
    {
        var bytes = Bytes;
        var (name, unit) = Array.Find(Units, u => bytes >= u.Bytes && bytes % u.Bytes == 0);
        return name is null ? string.Create(CultureInfo.InvariantCulture, $"{bytes}B") : string.Create(CultureInfo.InvariantCulture, $"{bytes / unit}{name}");
    }
}
