using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ConfigRulesTests
{
    private static readonly Dictionary<string, EnginePreset> Presets = new()
    {
        ["builtin"] = new EnginePreset { Name = "builtin", Engine = new EngineConfig { Command = ["self", "{path}", "{port}"] }, Arguments = [new PresetArguments { Args = ["{context_length}"] }] },
    };

    private static readonly LockkeeperConfig Good = new()
    {
        Engines = new Dictionary<string, EngineConfig> { ["llama"] = new() { Preset = "builtin" } },
        Models = new Dictionary<string, ModelConfig> { ["a"] = new() { Engine = "llama", Path = "a.gguf" } },
    };

    [Fact]
    public void A_good_configuration_has_no_problems() => Check(Good).ShouldBeEmpty();

    [Fact]
    public void Without_models_there_is_nothing_to_serve() => Check(new LockkeeperConfig()).ShouldHaveSingleItem().ShouldStartWith("f: models: there are none");

    [Theory]
    [InlineData("0s", "24h", "must be from 10ms to 24h, and is 0s")]
    [InlineData("10ms", "24h", null)]
    [InlineData("24h", "24h", null)]
    [InlineData("25h", "24h", "must be from 10ms to 24h, and is 1d1h")]
    public void A_duration_is_held_to_its_bounds(string text, string most, string? problem)
    {
        HumanDuration.TryParse(text, out var duration, out _).ShouldBeTrue();
        new BetweenAttribute("10ms", most).Refuse(duration).ShouldBe(problem);
    }

    [Fact]
    public void Bounds_are_checked_in_every_section() => Check(Good with
    {
        Server = new ServerConfig { MaxBody = new ByteSize(10), ShutdownGrace = TimeSpan.FromHours(2) },
        Scheduling = new SchedulingConfig { MaxQueue = 0, KeepAliveInterval = TimeSpan.Zero },
        Pools = new Dictionary<string, PoolConfig> { ["gpu"] = new() { SettleTimeout = TimeSpan.FromHours(1) } },
        Engines = new Dictionary<string, EngineConfig> { ["llama"] = new() { Preset = "builtin", StartTimeout = TimeSpan.Zero } },
        Models = new Dictionary<string, ModelConfig> { ["a"] = new() { Engine = "llama", Path = "a.gguf", MaxConcurrency = 0, ContextLength = -1 } },
    }).ShouldBe(
    [
        "f: server.shutdown_grace: must be from 0s to 1h, and is 2h",
        "f: server.max_body: must be from 1KiB to 4GiB, and is 10B",
        "f: scheduling.keep_alive_interval: must be from 10ms to 1h, and is 0s",
        "f: scheduling.max_queue: must be from 1 to 100000, and is 0",
        "f: pools.gpu.settle_timeout: must be from 0s to 10m, and is 1h",
        "f: engines.llama.start_timeout: must be from 10ms to 24h, and is 0s",
        "f: models.a.context_length: must be from 1 to 100000000, and is -1",
        "f: models.a.max_concurrency: must be from 1 to 1024, and is 0",
    ]);

    [Fact]
    public void A_problem_names_the_line_of_the_key_or_of_its_section()
    {
        var positions = new ConfigPositions("f");
        positions.Mark(ConfigKey.Top("models"), 3);
        positions.Mark(ConfigKey.Top("models") / "a", 4);
        var config = Good with { Models = new Dictionary<string, ModelConfig> { ["a"] = new() { Engine = "llama" } } };
        ConfigRules.Check(config, positions, Presets).ShouldHaveSingleItem().ToString().ShouldBe("f:4: models.a.path: is missing; the preset 'builtin' needs it");
    }

    [Fact]
    public void What_a_preset_says_of_an_engine_counts_for_its_pool_and_its_address()
    {
        var presets = new Dictionary<string, EnginePreset>(Presets) { ["theirs"] = new EnginePreset { Name = "theirs", Engine = new EngineConfig { Lifecycle = Lifecycle.Attached } } };
        var config = Good with
        {
            Engines = new Dictionary<string, EngineConfig>(Good.Engines) { ["other"] = new() { Preset = "theirs" } },
            Models = new Dictionary<string, ModelConfig>(Good.Models) { ["b"] = new() { Engine = "other" } },
        };
        var problems = ConfigRules.Check(config, new ConfigPositions("f"), presets).Select(problem => problem.ToString()).ToList();
        problems.Count.ShouldBe(2);
        problems[0].ShouldStartWith("f: engines.other.url: is missing; an attached engine runs already");
        problems[1].ShouldStartWith("f: models.b.engine: is attached, so it stays in");
    }

    [Fact]
    public void A_doubtful_key_is_not_reported_again()
    {
        var positions = new ConfigPositions("f");
        positions.Doubt(ConfigKey.Top("models"));
        ConfigRules.Check(new LockkeeperConfig(), positions, Presets).ShouldBeEmpty();
    }

    [Fact]
    public void A_key_with_dots_in_its_name_is_not_taken_for_two()
    {
        var positions = new ConfigPositions("f");
        positions.Doubt(ConfigKey.Top("models") / "a.path");
        positions.IsDoubtful(ConfigKey.Top("models") / "a" / "path").ShouldBeFalse();
    }

    [Fact]
    public void Hostile_names_stay_one_short_line()
    {
        var config = Good with { Models = new Dictionary<string, ModelConfig> { ["a\nb\u001b[31m" + new string('x', 5000)] = new() { Engine = "none" } } };
        var problems = Check(config);
        problems.ShouldNotBeEmpty();
        problems.ShouldAllBe(problem => problem.Length < 1400 && !problem.Any(char.IsControl));
    }

    private static IReadOnlyList<string> Check(LockkeeperConfig config) => [.. ConfigRules.Check(config, new ConfigPositions("f"), Presets).Select(problem => problem.ToString())];
}
