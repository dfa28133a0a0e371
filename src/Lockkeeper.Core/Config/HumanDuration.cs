using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Core.Config;

/// <summary>Durations as people write them: <c>500ms</c>, <c>5s</c>, <c>1.5m</c>, <c>2h</c>, <c>1m30s</c>, <c>0</c>.</summary>
internal static class HumanDuration
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "a duration such as 500ms, 5s, 1.5m, 2h or 1m30s";

    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> UnitEnd = SearchValues.Create("0123456789. ");

    /// <summary>Largest first: in a sum each unit must be smaller than the one before.</summary>
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <returns>False when the text is no duration; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out TimeSpan duration, [NotNullWhen(false)] out string? problem)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        var ticks = 0m;
        var smallest = -1;
        do
        {
            var length = rest.IndexOfAnyExcept(NumberLetters);
            var number = length < 0 ? rest : rest[..length];
            if (number.IsEmpty || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                problem = rest is ['-', ..] ? $"'{text}' is negative; write {Example}" : $"'{text}' is no duration; write {Example}";
                return false;
            }

            rest = rest[number.Length..].TrimStart();
            length = rest.IndexOfAny(UnitEnd);
            var name = (length < 0 ? rest : rest[..length]).ToString();
            rest = rest[name.Length..].TrimStart();
            if (name.Length == 0)
            {
                problem = count == 0 && smallest < 0 && rest.IsEmpty ? null : $"'{text}' has no unit; write {number}s for seconds, or ms, m, h";
                return problem is null;
            }

            var unit = Array.FindIndex(Units, u => u.Name == name);
            if (unit <= smallest)
            {
                problem = unit < 0
                    ? $"'{text}' has the unknown unit '{name}'; write ms, s, m, h or d"
                    : $"'{text}' names its units out of order; write the largest first, as in 1m30s";
                return false;
            }

            smallest = unit;
            if (count > TimeSpan.MaxValue.Ticks / (decimal)Units[unit].Ticks || (ticks += count * Units[unit].Ticks) > TimeSpan.MaxValue.Ticks)
            {
                problem = $"'{text}' is too long";
                return false;
            }
        }
        while (!rest.IsEmpty);

        duration = TimeSpan.FromTicks((long)ticks);
        problem = null;
        return true;
    }

    /// <summary>The shortest spelling that <see cref="TryParse"/> reads back: <c>1m30s</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration.Ticks < TimeSpan.TicksPerMillisecond)
        {
            return duration == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond}ms");
        }

        var text = new StringBuilder();
        var ticks = duration.Ticks;
        foreach (var (name, unit) in Units)
        {
            if (ticks >= unit || (name == "ms" && ticks > 0))
            {
                var count = name == "ms" ? ticks / (decimal)unit : ticks / unit;
                text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
                ticks = name == "ms" ? 0 : ticks % unit;
            }
        }

        return text.ToString();
    }
}
