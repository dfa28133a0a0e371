namespace Lockkeeper.Core.Scheduling;

/// <summary>Priorities as people write them: <c>critical, high, medium, low, background</c>, ignoring case, or 0 to 4.</summary>
internal static class PriorityName
{
    /// <summary>What may be written, for messages.</summary>
    public const string Allowed = "critical, high, medium, low, background or 0 to 4";

    private static readonly string[] Names = ["critical", "high", "medium", "low", "background"];

    public static string Of(Priority priority) => Names[(int)priority];

    public static bool TryParse(ReadOnlySpan<char> text, out Priority priority)
    {
        var at = text is [>= '0' and <= '4'] ? text[0] - '0' : -1;
        for (var i = 0; at < 0 && i < Names.Length; i++)
        {
            at = text.Equals(Names[i], StringComparison.OrdinalIgnoreCase) ? i : at;
        }

        priority = at >= 0 ? (Priority)at : default;
        return at >= 0;
    }
}
