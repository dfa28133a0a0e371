using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Scheduling;

/// <summary>Priorities as people write them: <c>critical, high, medium, low, background</c>, ignoring case, or 0–4.</summary>
internal static class PriorityName
{
    /// <summary>What may be written, for messages.</summary>
    public const string Allowed = "critical, high, medium, low, background or 0 to 4";

    private static readonly string[] Names = ["critical", "high", "medium", "low", "background"];

    public static string Of(Priority priority) => Names[(int)priority];

    /// <returns>False when the text names no priority; <paramref name="problem"/> then says what would.</returns>
    public static bool TryParse(string text, out Priority priority, [NotNullWhen(false)] out string? problem)
    {
        var at = text is [>= '0' and <= '4'] ? text[0] - '0' : Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        priority = at >= 0 ? (Priority)at : default;
        problem = at >= 0 ? null : $"'{text}' is no priority; write {Allowed}";
        return at >= 0;
    }
}
