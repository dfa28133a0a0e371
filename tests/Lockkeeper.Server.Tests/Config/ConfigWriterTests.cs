using System.Collections;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigWriterTests
{
    /// <summary>What would be something else without its quotes, or would begin something new.</summary>
    private static readonly string[] Hostile =
    [
        "a\nserver: { listen: http://0.0.0.0:1 }", "a: b", "a #b", "#b", "\"", "'", "\\", "{port}", "{ a: b }", "[x]", "- a", "--flag", "-", "-1", "-m", "--", "-.inf", "--- a", "? a", "! a", "&a", "*a", "|", ">", "%a", "@a", "`a`", "", " ", " a ", "a\tb",
        "~", "~/models", "null", "Null", "true", "Yes", "off", "1", "1.5", "0x1F", "1e3", ".inf", ".5", "./a", "../a", "1:30", "2024-01-01", "<<", "=", "a,b", "---", "...", "a:", ":a", "http://127.0.0.1:80", "http://a: b",
        "http://x:1/#", "env:A", "env:A B", "\u202Eabc", "\uFEFFa", "a\u2028b", "\u00A0", "\u200B", "é", "模型", "😀", "\U000E0041", "\uFFFE", "org/name:Q4_K_M", "a'b\"c", "${PORT}", "%USER%", "C:\\m\\a.gguf", "y", "N",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(Gen.Elements(Hostile), ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(text => Legal(text.Get)), Gen.Elements(Hostile).Two().Select(two => two.Item1 + two.Item2));

    [Fact]
    public void What_is_written_is_read_back_as_the_same()
    {
        var configs = from names in Texts.Select(Name).Where(name => name.Length > 0).ArrayOf(3)
                      from texts in Texts.ArrayOf(12)
                      select Config([.. names.Distinct(StringComparer.OrdinalIgnoreCase)], texts);
        Prop.ForAll(configs.ToArbitrary(), config =>
        {
            var text = ConfigWriter.Write(config, "heading\n" + config.Models.Keys.First(), new Dictionary<ConfigKey, string> { [ConfigKey.Top("models") / config.Models.Keys.First()] = "note: \n x: y" });
            var draft = ConfigText.Read("f", text, KnownPresets.All);

            // Whether the values keep the rules is another matter; that they are read is this one.
            draft.Problems.Where(problem => problem.Message.Contains("YAML") || problem.Message.Contains("expected") || problem.Message.Contains("unknown key")).ShouldBeEmpty(text);
            Flat(draft.Config, "").ShouldBe(Flat(config, ""), text);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Only_what_differs_from_the_defaults_is_written()
    {
        ConfigWriter.Write(new LockkeeperConfig()).ShouldBeEmpty();
        var config = new LockkeeperConfig
        {
            Server = new ServerConfig { Listen = "http://127.0.0.1:8077" },
            Pools = new OrderedDictionary<string, PoolConfig> { ["gpu"] = new(), ["local"] = new() { Policy = PoolPolicy.Fit, Serialize = true } },
            Engines = new OrderedDictionary<string, EngineConfig> { ["mine"] = new() { Command = ["my-server", "--port", "{port}"], Ready = new ReadyConfig { Path = "/health" }, StartTimeout = TimeSpan.FromMinutes(5) } },
            Models = new OrderedDictionary<string, ModelConfig> { ["a"] = new() { Engine = "mine", IdleTimeout = new DurationOrOff(TimeSpan.FromMinutes(10)), Defaults = new JsonFields([KeyValuePair.Create("temperature", "0.7")]) } },
        };
        ConfigWriter.Write(config, "made", new Dictionary<ConfigKey, string> { [ConfigKey.Top("models") / "a"] = "the first" }).ShouldBe(
            """
            # made

            server:
              listen: http://127.0.0.1:8077

            pools:
              gpu: {}
              local: { policy: fit, serialize: true }

            engines:
              mine: { command: [my-server, --port, "{port}"], ready: { path: /health }, start_timeout: 5m }

            models:
              # the first
              a: { engine: mine, idle_timeout: 10m, defaults: { temperature: 0.7 } }

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\u001Bb", "U+001B")]
    [InlineData("a\u0085b", "U+0085")]
    [InlineData("a\rb", "U+000D")]
    public void Control_characters_are_refused(string text, string why)
    {
        var config = new LockkeeperConfig { StateFile = text };
        Should.Throw<ConfigUnwritableException>(() => ConfigWriter.Write(config)).Message.ShouldContain(why);
    }

    [Fact]
    public void Half_a_character_is_refused() => YamlScalar.Refuse("a" + (char)0xD800).ShouldBe("holds half of a character");

    [Fact]
    public void A_name_holds_no_line_end()
    {
        var config = new LockkeeperConfig { Models = new OrderedDictionary<string, ModelConfig> { ["a\nb"] = new() { Engine = "e" } } };
        Should.Throw<ConfigUnwritableException>(() => ConfigWriter.Write(config)).Message.ShouldBe("the name \"a\\nb\" holds the control character U+000A");
    }

    /// <summary>Without what the writer refuses.</summary>
    private static string Legal(string text) =>
        string.Concat(text.Replace('\r', 'r').EnumerateRunes().Where(rune => !System.Text.Rune.IsControl(rune) || rune.Value is '\n' or '\t').Select(rune => rune.ToString()));

    private static string Name(string text) => Legal(text).Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);

    private static LockkeeperConfig Config(string[] names, string[] texts) => new()
    {
        Server = new ServerConfig { AllowedHosts = texts[..2], MaxBody = new ByteSize(1500), ApiKeys = [new ApiKeyConfig { Name = "k", Key = Hash(), Weight = 0.015, Scopes = [Scope.Admin] }] },
        Scheduling = new SchedulingConfig { TurnFactor = 1e-7, MaxWait = new MaxWaitConfig { High = TimeSpan.FromSeconds(90) }, QueueTimeout = new QueueTimeoutConfig { Low = DurationOrOff.Off } },
        Pools = names.ToOrdered(_ => new PoolConfig { Memory = new SizeOrAuto(new ByteSize(1L << 34)), Pressure = new PressureConfig { High = new() { Available = SizeOrPercent.OfWhole(12.5), SwapUsed = new Percent(75) } } }),
        Engines = names.ToOrdered(_ => new EngineConfig
        {
            Command = texts,
            Env = names.ToOrdered(name => texts[3] + name),
            Cwd = texts[4],
            Url = texts[5],
            Sleep = true,
            Dialects = [EngineDialect.Openai],
            Lifecycle = Lifecycle.Api,
            Args = [],
            Load = new ControlCallConfig { Path = texts[6], Body = new JsonFields([KeyValuePair.Create(Name(texts[6]), YamlAsJson.Of(new ConfigNode.Scalar(1, texts[7], Quoted: true))), KeyValuePair.Create(Name(texts[6]) + "n", "[1,{\"a\":null}]")]) },
            Ready = new ReadyConfig(),
        }),
        Models = names.ToOrdered(_ => new ModelConfig
        {
            Engine = texts[8],
            Aliases = texts,
            Path = texts[9],
            Temp = 0.1,
            FlashAttn = Switch.Off,
            ToolParser = ToolDialect.Off,
            Reasoning = ReasoningPolicy.Drop,
            StreamingFormat = StreamingFormat.JsonLines,
            MaxDuration = DurationOrOff.Off,
            Capabilities = [Capability.ImageEdit],
            Priority = Priority.Low,
            Thinking = new ThinkingConfig { OffBelowMaxTokens = 4 },
            Set = new JsonFields([KeyValuePair.Create("x", "true"), KeyValuePair.Create("y", "-1.5e+30")]),
        }),
        Discover = [new DiscoverConfig { Path = texts[10], Engines = new DiscoverEnginesConfig { Gguf = texts[11] } }],
    };

    private static KeySource Hash() => KeySource.TryParse("sha256:" + new string('a', 64), out var source, out _) ? source : throw new InvalidOperationException();

    /// <summary>Every value with its place. Records do not compare what is in their lists and maps.</summary>
    private static List<string> Flat(object? value, string at) => value switch
    {
        null => [$"{at}=nothing"],
        KeySource key => [$"{at}={key.Place}:{key.Value}"],
        string or JsonFields { Count: 0 } => [$"{at}={value}"],
        JsonFields fields => [.. fields.Select(field => $"{at}.{field.Key}={field.Value}")],
        IDictionary map => [.. map.Keys.Cast<string>().SelectMany(name => Flat(map[name], $"{at}.{name}"))],
        IList list => [$"{at}#{list.Count}", .. list.Cast<object>().SelectMany((item, i) => Flat(item, $"{at}[{i}]"))],
        _ when ConfigProperty.IsSection(value.GetType()) => [.. ConfigProperty.Of(value.GetType()).SelectMany(property => Flat(property.Property.GetValue(value), $"{at}.{property.Key}"))],
        _ => [$"{at}={value}"],
    };
}

/// <summary>Maps in the order of their keys.</summary>
internal static class OrderedMap
{
    public static OrderedDictionary<string, T> ToOrdered<T>(this IEnumerable<string> names, Func<string, T> value) => new(names.Select(name => KeyValuePair.Create(name, value(name))));
}
