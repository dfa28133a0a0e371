using System.Text;

namespace Lockkeeper.Core.Config;

/// <summary>The <c>{names}</c> a command may hold, and where their values come from.</summary>
internal static class Placeholders
{
    public const string Path = "{path}";
    public const string Port = "{port}";
    public const string Id = "{id}";
    public const string ContextLength = "{context_length}";

    /// <summary>In the call that unloads a model: what the engine's list calls the loaded instance.</summary>
    public const string Instance = "{instance}";

    /// <summary>All there are: the port, and what <see cref="PlaceholderValues"/> can take from a model.</summary>
    public static readonly string[] Known = [Port, .. PlaceholderValues.Names.Select(name => $"{{{name}}}")];

    private static readonly string[] InCalls = [Instance, .. Known];

    /// <summary>The placeholders of one argument, known or not. JSON and <c>{{templates}}</c> in an argument are not placeholders.</summary>
    public static IReadOnlyList<string> In(string argument)
    {
        List<string> found = [];
        for (var open = argument.IndexOf('{', StringComparison.Ordinal); open >= 0; open = argument.IndexOf('{', open + 1))
        {
            var end = open + 1;
            while (end < argument.Length && (char.IsAsciiLetterOrDigit(argument[end]) || argument[end] == '_'))
            {
                end++;
            }

            if (end == argument.Length || argument[end] != '}')
            {
                continue;
            }

            var text = argument[open..(end + 1)];
            var doubled = (open > 0 && argument[open - 1] == '{') || (end + 1 < argument.Length && argument[end + 1] == '}');
            if (Known.Contains(text) || (text.Length > 2 && !doubled && !char.IsAsciiDigit(text[1])))
            {
                found.Add(text);
            }
        }

        return found;
    }

    /// <summary>The argument with its placeholders replaced in one pass, so that a value is never taken for a placeholder. Everything else, other braces too, stays as it is written.</summary>
    public static string Fill(string argument, Func<string, string> valueOf) => Fill(argument, Known, valueOf);

    /// <summary>The same for a text of a control call, where <c>{instance}</c> is a placeholder too.</summary>
    public static string FillCall(string text, Func<string, string> valueOf) => Fill(text, InCalls, valueOf);

    private static string Fill(string argument, string[] placeholders, Func<string, string> valueOf)
    {
        var filled = new StringBuilder(argument.Length);
        for (var at = 0; at < argument.Length;)
        {
            var rest = argument.AsSpan(at);
            var placeholder = rest[0] == '{' ? FirstAt(rest, placeholders) : null;
            if (placeholder is null)
            {
                filled.Append(rest[0]);
                at++;
                continue;
            }

            filled.Append(valueOf(placeholder));
            at += placeholder.Length;
        }

        return filled.ToString();
    }

    private static string? FirstAt(ReadOnlySpan<char> text, string[] placeholders)
    {
        foreach (var known in placeholders)
        {
            if (text.StartsWith(known, StringComparison.Ordinal))
            {
                return known;
            }
        }

        return null;
    }
}
