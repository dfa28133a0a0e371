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

    /// <summary>In the order of the file; those without a line come last.</summary>
    public static IReadOnlyList<ConfigProblem> InOrder(IEnumerable<ConfigProblem> problems) => [.. problems.OrderBy(problem => problem.Line == 0 ? int.MaxValue : problem.Line)];

    /// <summary>The value of a key breaks a rule. Dropped when the key has a problem already.</summary>
    public void Add(ConfigKey key, string message)
    {
        if (!Positions.IsDoubtful(key))
        {
            Report(Positions.LineOf(key), key.ToString(), message);
        }
    }

    /// <summary>The value of a key cannot be read; what is said later about the key is dropped.</summary>
    public void Refuse(ConfigKey key, string message)
    {
        Positions.Doubt(key);
        AddAt(key, Positions.LineOf(key), message);
    }

    /// <summary>A problem on a line that is not the key's own.</summary>
    public void AddAt(ConfigKey key, int line, string message) => Report(line, key.ToString(), message);

    /// <summary>The file itself is at fault.</summary>
    public void RefuseFile(int line, string message) => Report(line, "", message);

    private void Report(int line, string key, string message) => _problems.Add(new ConfigProblem(Positions.File, line, OneLine(key), OneLine(message)));

    private static string OneLine(string text)
    {
        var shown = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, LongestMessage)))
        {
            _ = char.IsControl(letter) ? shown.Append($"\\u{(int)letter:x4}") : shown.Append(letter);
        }

        return (text.Length > LongestMessage ? shown.Append('…') : shown).ToString();
    }
}
