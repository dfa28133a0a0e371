using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config.Scenarios;

/// <summary>The documentation says what the records say. Every block marked <c>yaml</c> in it is a Lockkeeper configuration; other YAML is marked <c>yml</c>.</summary>
public sealed class ConfigurationDocsTests
{
    private static readonly string Docs = Path.Combine(Repository.Root, "docs");

    private static readonly Dictionary<Type, string[]> TypeNames = new()
    {
        [typeof(string)] = ["text", "path"],
        [typeof(int)] = ["number"],
        [typeof(TimeSpan)] = ["duration"],
        [typeof(ByteSize)] = ["size"],
        [typeof(Priority)] = ["priority"],
        [typeof(bool)] = ["true or false"],
        [typeof(double)] = ["decimal"],
        [typeof(DurationOrOff)] = ["duration or off"],
        [typeof(SizeOrAuto)] = ["size or auto"],
        [typeof(SizeOrPercent)] = ["size or percent"],
        [typeof(Percent)] = ["percent"],
        [typeof(KeySource)] = ["key"],
        [typeof(PoolPolicy)] = ["`exclusive` or `fit`"],
        [typeof(Lifecycle)] = ["`process`, `api`, `ollama`, `systemd`, `attached` or `cloud`"],
        [typeof(ModelType)] = ["`chat`, `embedding`, `rerank`, `transcription`, `speech`, `image` or `image_edit`"],
        [typeof(UnitScope)] = ["`user` or `system`"],
        [typeof(Switch)] = ["`auto`, `on` or `off`"],
        [typeof(ToolDialect)] = ["`off`, `auto`, `hermes`, `qwen3_coder`, `llama3`, `mistral` or `harmony`"],
        [typeof(ReasoningFormat)] = ["`none`, `think`, `harmony` or `auto`"],
        [typeof(ReasoningPolicy)] = ["`separate`, `drop` or `keep`"],
        [typeof(StreamingFormat)] = ["`sse`, `json_lines` or `json_array`"],
        [typeof(SecretSource)] = ["secret"],
        [typeof(JsonFields)] = ["JSON fields"],
        [typeof(IReadOnlyList<Capability>)] = ["list of capabilities"],
        [typeof(IReadOnlyList<EngineDialect>)] = ["list of `openai`, `responses`, `anthropic` or `ollama`"],
        [typeof(IReadOnlyList<Scope>)] = ["list of `infer`, `admin` or `metrics`"],
        [typeof(IReadOnlyList<string>)] = ["list of text"],
        [typeof(IReadOnlyDictionary<string, string>)] = ["text by name"],
    };

    [Fact]
    public void Every_key_of_the_records_is_documented_and_nothing_else() =>
        Documented().Select(row => row.Key).Order().ShouldBe(Keys(new LockkeeperConfig(), "").Select(key => key.Path).Order());

    [Fact]
    public void Types_bounds_and_defaults_are_those_of_the_records()
    {
        var rows = Documented().ToDictionary(row => row.Key);
        foreach (var (path, property, section) in Keys(new LockkeeperConfig(), ""))
        {
            var row = rows[path];
            var bounds = property.Bounds is { } between ? $", {between.Least} to {between.Most}" : "";
            TypeNames[property.Type].Select(name => name + bounds).ShouldContain(row.Type, path);
            row.Meaning.ShouldNotBeEmpty(path);
            if (property.Required)
            {
                row.Default.ShouldBe("*required*", path);
            }
            else if (Shown(property.Property.GetValue(section)) is { } value)
            {
                row.Default.ShouldBe($"`{value}`", path);
            }
            else
            {
                row.Default.ShouldNotBeEmpty(path);
            }
        }
    }

    [Fact]
    public void Every_yaml_block_loads()
    {
        var blocks = Blocks();
        blocks.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var (name, text) in blocks)
        {
            // A block may show one section only; that it then serves nothing is no mistake of the documentation.
            ConfigText.Read(name, text, KnownPresets.All).Problems.Where(problem => problem.Key != "models").Select(problem => problem.ToString()).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_example_runs_where_it_stands() =>
        ConfigFile.Load(Path.Combine(Repository.Root, "lockkeeper.example.yaml"), KnownPresets.All).ShouldBeOfType<ConfigResult.Loaded>();

    internal static IEnumerable<(string Key, string Type, string Default, string Meaning)> Documented() =>
        File.ReadAllLines(Path.Combine(Docs, "configuration.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells is ["", ['`', .., '`'], _, _, _, ""])
            .Select(cells => (cells[1].Trim('`'), cells[2], cells[3], cells[4]));

    /// <summary>Every configuration that is shown anywhere, with the name of its file.</summary>
    internal static IReadOnlyList<(string Name, string Text)> Blocks() =>
    [
        .. Directory.EnumerateFiles(Docs, "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "README.md")).Where(File.Exists)
            .SelectMany(file => YamlBlocks(File.ReadAllText(file)).Select(block => (Path.GetFileName(file), block))),
        ("lockkeeper.example.yaml", File.ReadAllText(Path.Combine(Repository.Root, "lockkeeper.example.yaml"))),
    ];

    private static IEnumerable<string> YamlBlocks(string markdown) =>
        markdown.Split("\n```yaml\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);

    /// <param name="section">As it is when the file does not say.</param>
    /// <param name="prefix">Its place, with a dot behind.</param>
    private static IEnumerable<(string Path, ConfigProperty Property, object Section)> Keys(object section, string prefix) =>
        ConfigProperty.Of(section.GetType()).SelectMany(property =>
        {
            var path = prefix + property.Key;
            return ConfigProperty.EntryOf(property.Type) is { } entry && ConfigProperty.IsSection(entry) ? Keys(Activator.CreateInstance(entry)!, $"{path}.*.")
                : ConfigProperty.ItemOf(property.Type) is { } item && ConfigProperty.IsSection(item) ? Keys(Activator.CreateInstance(item)!, $"{path}[].")
                : ConfigProperty.IsSection(property.Type) ? Keys(property.Property.GetValue(section) ?? Activator.CreateInstance(property.Type)!, $"{path}.")
                : [(path, property, section)];
        });

    /// <summary>A default as it would be written; null when there is nothing to write, and words must do.</summary>
    private static string? Shown(object? value) => value switch
    {
        null => null,
        IReadOnlyList<Scope> { Count: > 0 } scopes => $"[{string.Join(", ", scopes.Select(scope => scope.ToString().ToLowerInvariant()))}]",
        System.Collections.ICollection or JsonFields => null,
        TimeSpan duration => HumanDuration.Format(duration),
        Priority priority => PriorityName.Of(priority),
        bool or Enum => value.ToString()!.ToLowerInvariant(),
        _ => value.ToString(),
    };
}
