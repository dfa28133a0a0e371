using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lockkeeper.Core.Config;

/// <summary>A share of a whole, written <c>20%</c>; from 0 to 100.</summary>
internal readonly record struct Percent(double Value)
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "a percentage such as 20%";

    /// <returns>False when the text is none; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out Percent percent, [NotNullWhen(false)] out string? problem)
    {
        percent = default;
        var trimmed = text.AsSpan().Trim();
        var number = trimmed.TrimEnd('%').TrimEnd();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || trimmed.Length - trimmed.TrimEnd('%').Length > 1)
        {
            problem = $"'{text}' is no percentage; write {Example}";
            return false;
        }

        problem = trimmed is not [.., '%'] ? $"'{text}' has no unit; write {number}% for a share"
            : value > 100 ? $"'{text}' is more than the whole; write 0% to 100%"
            : null;
        percent = problem is null ? new Percent(value) : default;
        return problem is null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value}%");
}
