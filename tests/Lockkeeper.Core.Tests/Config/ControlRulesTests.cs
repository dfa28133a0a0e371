using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ControlRulesTests
{
    private static readonly EngineConfig Api = new()
    {
        Lifecycle = Lifecycle.Api,
        Url = "http://127.0.0.1:5000",
        Load = new ControlCallConfig { Path = "/load?m={id}", Body = new JsonFields([new("name", "\"{name}\""), new("more", "{\"n\":[\"{context_length}\"]}")]) },
        Unload = new ControlCallConfig { Path = "/unload", Method = "DELETE", Body = new JsonFields([new("id", "\"{instance}\"")]) },
        List = new ListConfig { Path = "/v1/models", Models = "data", Name = "key", Instance = "instances[0].id", Loaded = "state == loaded" },
    };

    [Fact]
    public void A_whole_control_api_is_fine() => Problems(Api).ShouldBeEmpty();

    [Fact]
    public void It_must_load_and_unload() => Problems(Api with { Load = null, Unload = new ControlCallConfig() })
        .Select(problem => problem.Split(';')[0]).ShouldBe(["f: engines.e.load: is missing", "f: engines.e.unload: is missing"]);

    [Theory]
    [InlineData("{port}", "{port} is for commands; an engine that runs already has its url")]
    [InlineData("{instance}", "{instance} is for unload: what is not loaded yet has none")]
    [InlineData("{contextlength}", "{contextlength} is no placeholder; did you mean {context_length}?")]
    public void A_placeholder_that_cannot_be_filled_in_is_refused(string placeholder, string problem) =>
        Problems(Api with { Load = new ControlCallConfig { Path = "/load", Body = new JsonFields([new("options", $"{{\"x\":\"{placeholder}\"}}")]) } }).ShouldBe([$"f: engines.e.load.body.options: {problem}"]);

    [Fact]
    public void Paths_methods_and_members_are_looked_at() => Problems(Api with
    {
        Load = new ControlCallConfig { Path = "load", Method = "PO ST" },
        List = new ListConfig { Path = "v1", Name = "a b", Instance = "x[y]", Loaded = "loaded" },
    }).Select(problem => problem.Split(' ')[1]).ShouldBe(["engines.e.load.method:", "engines.e.load.path:", "engines.e.list.path:", "engines.e.list.name:", "engines.e.list.instance:", "engines.e.list.loaded:"]);

    private static IEnumerable<string> Problems(EngineConfig engine)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        EngineRules.Check(new Dictionary<string, EngineConfig> { ["e"] = engine }, new Dictionary<string, EnginePreset>(), findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
