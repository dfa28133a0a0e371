namespace Lockkeeper.Core.Scheduling;

/// <summary>How priorities are written: by name, or 0 (critical) to 4 (background).</summary>
internal static class PriorityName
{
    public const string Expected = "must be critical, high, medium, low or background, or 0 to 4.";

    public static bool TryParse(ReadOnlySpan<char> text, out Priority priority)
    {
        text = text.Trim();
        if (text.Length == 1 && text[0] is >= '0' and <= '4')
        {
            priority = (Priority)(text[0] - '0');
            return true;
        }

        foreach (var candidate in Enum.GetValues<Priority>())
        {
            if (text.Equals(Enum.GetName(candidate), StringComparison.OrdinalIgnoreCase))
            {
                priority = candidate;
                return true;
            }
        }

        priority = default;
        return false;
    }
}
