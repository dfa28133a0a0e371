using System.Text;
using System.Text.Json;
using Lockkeeper.Server.Detection;

namespace Lockkeeper.Cli;

/// <summary>What <c>init</c> found, for people and for programs.</summary>
internal static class FindingsText
{
    private const int FewNames = 5;

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static string Json(Findings found) => JsonSerializer.Serialize(
        new
        {
            Engines = found.Engines.Select(engine => new { engine.Url, engine.Name, Confirmed = engine.IsConfirmed, engine.Models }),
            Programs = found.Programs.Select(program => new { program.Engine.Name, program.Path }),
            Folders = found.Folders.Select(folder => new { folder.Path, Models = folder.Models.ToDictionary(kind => kind.Key.ToString().ToLowerInvariant(), kind => kind.Value) }),
        },
        Snake);

    public static string Table(Findings found)
    {
        var text = new StringBuilder();
        Rows(text, "Engines that run", found.Engines.Select(engine => engine.IsConfirmed
            ? $"{engine.Name} on {engine.Url}: {(engine.Models.Count == 0 ? "no models" : Names(engine.Models))}"
            : $"something on {engine.Url} that does not answer like an engine"));
        Rows(text, "Engines on PATH", found.Programs.Select(program => $"{program.Engine.Name}: {program.Path}"));
        Rows(text, "Folders with models", found.Folders.Select(folder => $"{folder.Path}: {string.Join(", ", folder.Models.Select(kind => $"{kind.Value} {kind.Key.ToString().ToUpperInvariant()}"))}"));
        return text.ToString();
    }

    private static void Rows(StringBuilder text, string heading, IEnumerable<string> rows)
    {
        text.Append(heading).Append(":\n");
        foreach (var row in rows.DefaultIfEmpty("none"))
        {
            text.Append("  ").Append(Shown(row)).Append('\n');
        }
    }

    private static string Names(IReadOnlyList<string> models) => string.Join(", ", models.Take(FewNames)) + (models.Count > FewNames ? $" and {models.Count - FewNames} more" : "");

    /// <summary>Names come from other programs: what moves the cursor or turns the text around is left out.</summary>
    private static string Shown(string text) => string.Concat(text.Where(letter => !char.IsControl(letter) && char.GetUnicodeCategory(letter) != System.Globalization.UnicodeCategory.Format));
}
