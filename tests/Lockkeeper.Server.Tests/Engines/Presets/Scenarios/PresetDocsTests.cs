using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Presets;
using Lockkeeper.Server.Tests.Config;
using Lockkeeper.Testing;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets.Scenarios;

/// <summary>The pages about presets are made from the presets.</summary>
public sealed class PresetDocsTests
{
    private const string Overview = "docs/engines.md";
    private const string Begin = "<!-- presets: written by a test from the presets themselves -->\n";
    private const string End = "<!-- end of presets -->";

    private static readonly IReadOnlyList<EnginePreset> All = [.. KnownPresets.All.Values.OrderBy(preset => preset.Name, StringComparer.Ordinal)];

    [Fact]
    public void Each_preset_has_its_section() => GoldenText.ShouldBeGolden("docs/engines/presets.md", Page());

    [Fact]
    public void The_table_of_presets_lists_them_all()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, Overview));
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        GoldenText.ShouldBeGolden(Overview, page[..begin] + Table() + page[end..]);
    }

    private static string Table()
    {
        var table = new StringBuilder("\n| preset | life cycle | loads | serves | |\n|---|---|---|---|---|\n");
        foreach (var preset in All)
        {
            var serves = preset.Engine.Capabilities is { } able ? string.Join(", ", able.Where(IsType).Select(Word.Of)) : "what its models can";
            table.Append($"| [`{preset.Name}`](engines/presets.md#{Anchor(preset.Name)}) | {Word.Of(preset.Engine.Lifecycle!.Value)} | {string.Join(", ", preset.Loads.Select(Word.Of))} | {serves} | {preset.Description} |\n");
        }

        return table.Append('\n').ToString();
    }

    private static string Page()
    {
        var page = new StringBuilder("""
            # Presets

            What `lockkeeper presets NAME` shows, for all of them. This page is written by a test from the presets themselves, which are files beside their reader in the source.

            A line below a command is added to it where the model has a value for all of its placeholders, and where what stands in brackets holds. `max_concurrency` always has a value: the model's,
            else the engine's, else 1. `{scratch}` is a folder for the engine, beside the file of what is learned.


            """);
        foreach (var preset in All)
        {
            page.Append($"## {preset.Name}\n\n```text\n{PresetPage.Of(preset)}```\n\n");
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static bool IsType(Capability ability) => Enum.TryParse<ModelType>(ability.ToString(), out _);

    /// <summary>As Markdown makes it of a heading: dots go.</summary>
    private static string Anchor(string name) => name.Replace(".", "", StringComparison.Ordinal);
}
