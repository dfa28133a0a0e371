using System.Text;

namespace Lockkeeper.Core.Config;

/// <summary>Collects problems, all of them: a person mends a file in one go, not once per mistake.</summary>
internal sealed class ConfigFindings(ConfigPositions positions)
{
    /// <summary>A message may cite the file; it must stay one readable line whatever the file holds.</summary>
    private const int LongestMessage = 600;

    private readonly List<ConfigProblem> _problems = [];

    public ConfigPositions Positions { get; } = positions;

    public IReadOnlyList<ConfigProblem> Problems => _problems;

    /// <summary>In the order of the file, <paramref name="first"/> and then the others by name; those without a line come last in theirs.</summary>
    public static IReadOnlyList<ConfigProblem> InOrder(IEnumerable<ConfigProblem> problems, string first) =>
        [.. problems.OrderBy(problem => problem.File != first).ThenBy(problem => problem.File, StringComparer.Ordinal).ThenBy(problem => problem.Line == 0 ? int.MaxValue : problem.Line)];

    /// <summary>The value of a key breaks a rule. Dropped when the key has a problem already.</summary>
    public void Add(ConfigKey key, string message)
    {
        if (!Positions.IsDoubtful(key))
        {
            Report(Positions.FileOf(key), Positions.LineOf(key), key.ToString(), message);
        }
    }

    /// <summary>The value of a key cannot be read; what is said later about the key is dropped.</summary>
    public void Refuse(ConfigKey key, string message)
    {
        Positions.Doubt(key);
        AddAt(key, Positions.LineOf(key), message);
    }

    /// <summary>A problem on a line that is not the key's own.</summary>
    public void AddAt(ConfigKey key, int line, string message) => Report(Positions.FileOf(key), line, key.ToString(), message);

    /// <summary>A problem with something that stands in that file, null for the one; its key may be known from another.</summary>
    public void AddIn(string? file, ConfigKey key, int line, string message) => Report(file ?? Positions.File, line, key.ToString(), message);

    /// <summary>The file itself is at fault.</summary>
    public void RefuseFile(int line, string message, string? file = null) => Report(file ?? Positions.File, line, "", message);

    private void Report(string file, int line, string key, string message) => _problems.Add(new ConfigProblem(file, line, OneLine(key), OneLine(message)));

    /// <summary>The text without line ends and without what a terminal would obey, cut where it is too long to be read.</summary>
    public static string OneLine(string text)
    {
        var shown = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, LongestMessage)))
        {
            _ = char.IsControl(letter) ? shown.Append($"\\u{(int)letter:x4}") : shown.Append(letter);
        }

        return (text.Length > LongestMessage ? shown.Append('…') : shown).ToString();
    }
}
