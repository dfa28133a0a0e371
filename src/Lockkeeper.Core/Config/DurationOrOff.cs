using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Config;

/// <summary>A duration, or <c>off</c> for none: 0 would be a duration too, and is not what "no limit" means.</summary>
/// <param name="Value">Null when it is off.</param>
internal readonly record struct DurationOrOff(TimeSpan? Value)
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = HumanDuration.Example + ", or off";

    private const string OffWord = "off";

    public static DurationOrOff Off => default;

    /// <returns>False when the text is neither; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out DurationOrOff limit, [NotNullWhen(false)] out string? problem)
    {
        limit = default;
        problem = null;
        if (text == OffWord)
        {
            return true;
        }

        if (text.Equals(OffWord, StringComparison.OrdinalIgnoreCase) || text is "none" or "never" or "false" or "no")
        {
            problem = $"'{text}' is no duration; write off for none";
            return false;
        }

        var read = HumanDuration.TryParse(text, out var duration, out problem);
        limit = read ? new DurationOrOff(duration) : default;
        return read;
    }

    public override string ToString() => Value is { } duration ? HumanDuration.Format(duration) : OffWord;
}
