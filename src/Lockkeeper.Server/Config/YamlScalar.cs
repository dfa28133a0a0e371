using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Server.Config;

/// <summary>Text as one YAML scalar that can only be read back as that text, whatever it holds.</summary>
internal static class YamlScalar
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+@");

    /// <summary>What some version of YAML takes for something other than text.</summary>
    private static readonly HashSet<string> Words = new(["true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "nan", "inf"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Why the text cannot be written; null when it can.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isKey">Keys are names: they hold no line ends either.</param>
    public static string? Refuse(string text, bool isKey = false)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && (isKey || text[i] is not ('\t' or '\n')))
            {
                return string.Create(CultureInfo.InvariantCulture, $"holds the control character U+{(int)text[i]:X4}");
            }

            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])))
            {
                return "holds half of a character";
            }

            i += char.IsSurrogate(text[i]) ? 1 : 0;
        }

        return null;
    }

    /// <summary>As it is where nothing could be misread, else in double quotes.</summary>
    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text)
    {
        var rest = text.AsSpan();
        var colon = text.StartsWith("http://", StringComparison.Ordinal) ? "http:".Length : text.StartsWith("env:", StringComparison.Ordinal) ? "env:".Length : 0;
        rest = rest[colon..];
        if (colon == "http:".Length && rest.LastIndexOf(':') is var port and > 0)
        {
            // An address, the one value with a colon that everybody writes without quotes.
            return port < rest.Length - 1 && !rest[..port].ContainsAnyExcept(Plain) && !rest[(port + 1)..].ContainsAnyExceptInRange('0', '9');
        }

        rest = rest.StartsWith("~/") ? rest[1..] : rest.StartsWith("--") ? rest[2..] : rest.StartsWith("-") ? rest[1..] : rest;
        return rest.Length > 0 && !rest.ContainsAnyExcept(Plain) && !Words.Contains(text)
            && (char.IsAsciiLetter(rest[0]) || (text[0] != '-' && (rest[0] is '_' or '/' || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))));
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when IsShown(rune) => quoted.Append(rune.ToString()),
                <= 0xFFFF => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>What has no shape, or turns the direction of what follows, is written by its number: a file must look like what it says.</summary>
    private static bool IsShown(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
