using YamlDotNet.Core;

namespace Lockkeeper.Server.Config;

/// <summary>Ends the reading of a file that is not YAML; there is nothing sensible to read after the mistake.</summary>
internal sealed class YamlRefusedException(int line, string message) : Exception(message)
{
    /// <summary>What the parser says, and what its user most likely did.</summary>
    private static readonly (string Symptom, string Hint)[] Hints =
    [
        ("found invalid mapping", "a value that holds ': ' must be in quotes, and keys of one section begin in the same column"),
        ("cannot start any token", "a value that begins with @, %, ` or a brace must be in quotes"),
        ("did not find expected key", "keys of one section begin in the same column, and nothing follows a closing quote"),
        ("did not find expected '-'", "items of a list and keys of a section do not mix"),
        ("unknown escape", "in double quotes a backslash begins an escape; use single quotes, or write it twice"),
        ("multi-line double-quoted", "a quote that is opened here is not closed"),
        ("did not find expected ','", "a bracket or brace is not closed, or a value that holds one is not in quotes"),
    ];

    public int Line { get; } = line;

    public static YamlRefusedException Of(YamlException problem, string text)
    {
        var line = Math.Max(1, (int)problem.Start.Line);
        if (TabbedLine(text, line, problem.Message) is { } tabbed)
        {
            return new YamlRefusedException(tabbed, "is indented with a tab; YAML indents with spaces only");
        }

        var hint = Array.Find(Hints, hint => problem.Message.Contains(hint.Symptom, StringComparison.Ordinal)).Hint;
        var said = problem.Message.TrimEnd('.');
        return new YamlRefusedException(line, $"is not valid YAML: {(said.Length == 0 ? said : char.ToLowerInvariant(said[0]) + said[1..])}{(hint is null ? "" : $" ({hint})")}");
    }

    /// <summary>The parser names the line where the section began; the person needs the line with the tab.</summary>
    private static int? TabbedLine(string text, int from, string message)
    {
        var line = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            line++;
            var indent = content[..^content.TrimStart(" \t").Length];
            if (line >= from && indent.Contains('\t') && (line == from || message.Contains("tab", StringComparison.Ordinal)))
            {
                return line;
            }
        }

        return null;
    }
}
