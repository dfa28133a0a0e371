using System.Text.RegularExpressions;

namespace Lockkeeper.Server.Config;

/// <summary>Finds what is most likely a secret where secrets do not belong but people put them: behind <c>--api-key</c> on a command line, in the query of an address, in a member named <c>token</c>.</summary>
internal static partial class SecretWords
{
    /// <summary>Stands for a text that may be a secret.</summary>
    public const string Hidden = "(hidden)";

    /// <summary>Whether a value of that name is most likely one.</summary>
    public static bool IsNameOfOne(string name) => Name().IsMatch(name);

    /// <summary>One word of a command line as it may be shown.</summary>
    /// <param name="word">The word.</param>
    /// <param name="before">The word before it; null for the first.</param>
    public static string Shown(string word, string? before)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return word.StartsWith('-') && equals > 0 && IsNameOfOne(word[..equals]) ? $"{word[..equals]}={Hidden}"
            : before?.StartsWith('-') == true && IsNameOfOne(before) && !word.StartsWith('-') ? Hidden
            : Query().Replace(word, match => $"{match.Groups["name"].Value}={Hidden}");
    }

    [GeneratedRegex(@"(^|[-_.])(api[-_]?key|key|token|secret|password|passwd|credentials?)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<name>[?&][^=&\s]*(key|token|secret|password))=[^&\s]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Query();
}
