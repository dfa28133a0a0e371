using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class CloudRulesTests
{
    private static readonly EngineConfig Cloud = new() { Lifecycle = Lifecycle.Cloud, Url = "https://api.example.com" };

    [Theory]
    [InlineData("https://api.example.com")]
    [InlineData("https://example.com/api/v1")]
    [InlineData("http://10.0.0.7:4000/")]
    public void An_address_is_all_it_needs(string url) => Problems(Cloud with { Url = url }).ShouldBeEmpty();

    [Fact]
    public void Without_one_it_is_refused() => Problems(Cloud with { Url = null })
        .ShouldBe(["f: engines.e.url: is missing; say where the API is, as in https://api.openai.com, or https://openrouter.ai/api/v1 where its routes do not begin with /v1"]);

    [Theory]
    [InlineData("api.example.com")]
    [InlineData("ftp://api.example.com")]
    [InlineData("https://user:word@api.example.com")]
    [InlineData("https://api.example.com/?key=1")]
    public void What_is_no_address_is_refused(string url) => Problems(Cloud with { Url = url }).Single().ShouldStartWith($"f: engines.e.url: '{url}' is no address of an API; ");

    [Fact]
    public void What_is_for_machines_of_ones_own_is_refused() => Problems(Cloud with { Command = ["x"], Pool = "p", MaxConcurrency = 2, StartTimeout = TimeSpan.FromSeconds(1), Unit = "u" })
        .ShouldBe("command pool unit max_concurrency start_timeout".Split(' ')
            .Select(key => $"f: engines.e.{key}: is for engines on machines of one's own; requests to a cloud go there at once, and nothing is started, stopped or queued"));

    [Fact]
    public void Its_models_hold_no_memory_here() =>
        Problems(Cloud, new ModelConfig { Engine = "e", Preload = true, Memory = new ByteSize(1), MaxConcurrency = 3 }).ShouldBe("memory preload max_concurrency".Split(' ')
            .Select(key => $"f: models.m.{key}: is for models on machines of one's own; this one's engine is a cloud, where nothing is loaded, and no memory of ours is held"));

    [Fact]
    public void A_limit_of_money_needs_a_price_and_a_cloud()
    {
        var model = new ModelConfig { Engine = "e", MaxUsdPerDay = 5, RequestModel = "vendor/far" };
        Problems(Cloud, model).ShouldBe(["f: models.m.max_usd_per_day: needs a price to count by; add one, as in prices: { vendor/far: { input: 3, output: 15 } }"]);
        Problems(Cloud, new ModelConfig { Engine = "p", MaxUsdPerDay = 5 })
            .ShouldBe(["f: models.m.max_usd_per_day: is for models in a cloud; the engine of this one is a machine of one's own, which nobody is paid for"]);
    }

    [Fact]
    public void Its_models_are_in_no_pools_way() => Problems(Cloud, new ModelConfig { Engine = "e" }, new ModelConfig { Engine = "p", Pinned = true }).ShouldBeEmpty();

    [Fact]
    public void A_preset_may_say_that_it_is_one()
    {
        var presets = new Dictionary<string, EnginePreset> { ["far"] = new() { Name = "far", Engine = Cloud } };
        CloudRules.IsCloud(new EngineConfig { Preset = "far" }, presets).ShouldBeTrue();
        CloudRules.IsCloud(new EngineConfig { Preset = "far", Lifecycle = Lifecycle.Attached }, presets).ShouldBeFalse();
    }

    private static IEnumerable<string> Problems(EngineConfig engine, params ModelConfig[] models)
    {
        var config = new LockkeeperConfig
        {
            Engines = new Dictionary<string, EngineConfig> { ["e"] = engine, ["p"] = new() { Command = ["x", "{port}"] } },
            Models = models.Select((model, i) => (model, i)).ToDictionary(at => at.i == 0 ? "m" : $"m{at.i}", at => at.model),
        };
        var findings = new ConfigFindings(new ConfigPositions("f"));
        EngineRules.Check(config.Engines, new Dictionary<string, EnginePreset>(), findings);
        if (models.Length > 0)
        {
            ModelRules.Check(config, new Dictionary<string, EnginePreset>(), findings);
            PoolRules.Check(config, new Dictionary<string, EnginePreset>(), findings);
        }

        return findings.Problems.Select(problem => problem.ToString());
    }
}
