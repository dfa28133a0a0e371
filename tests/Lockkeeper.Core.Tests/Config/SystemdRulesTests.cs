using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class SystemdRulesTests
{
    private static readonly EngineConfig Unit = new() { Lifecycle = Lifecycle.Systemd, Unit = "llama.service", Url = "http://127.0.0.1:8080" };

    [Fact]
    public void A_unit_and_an_address_are_all_it_needs() => Problems(("e", Unit)).ShouldBeEmpty();

    [Fact]
    public void Both_are_needed() => Problems(("e", new EngineConfig { Lifecycle = Lifecycle.Systemd })).ShouldBe(
    [
        "f: engines.e.unit: is missing; an engine with lifecycle: systemd is a unit, so name it, as in llama.service",
        "f: engines.e.url: is missing; the unit says where the engine listens, and Lockkeeper has to know it too, as in http://127.0.0.1:8080",
    ]);

    [Theory]
    [InlineData("")]
    [InlineData("--now")]
    [InlineData("a b.service")]
    [InlineData("a;reboot")]
    [InlineData("../x.service")]
    public void What_is_no_name_of_a_unit_is_refused(string name) =>
        Problems(("e", Unit with { Unit = name })).ShouldBe([$"f: engines.e.unit: '{name}' is no name of a unit; it has letters, digits and :-_.\\@ only, as in llama.service or llama@qwen.service"]);

    [Theory]
    [InlineData("llama@qwen3:8b.service")]
    [InlineData("a-b_c\\x2dd")]
    public void Instances_and_escapes_are_names(string name) => Problems(("e", Unit with { Unit = name })).ShouldBeEmpty();

    [Fact]
    public void Its_address_has_no_path() =>
        Problems(("e", Unit with { Url = "http://127.0.0.1/v1" })).ShouldBe(["f: engines.e.url: 'http://127.0.0.1/v1' is no address of an engine; write scheme, host and port and nothing behind, as in http://127.0.0.1:8080"]);

    [Fact]
    public void What_starts_a_process_belongs_in_the_unit() => Problems(("e", Unit with { Command = ["x"], Args = ["y"], Env = new Dictionary<string, string>(), Cwd = "/", LogFile = "/log", Stop = new StopConfig() }))
        .ShouldBe("command args env cwd log_file stop".Split(' ').Select(key => $"f: engines.e.{key}: is for engines that Lockkeeper starts as processes; write it in the unit"));

    [Fact]
    public void A_unit_does_not_sleep() => Problems(("e", Unit with { Sleep = true }))
        .ShouldBe(["f: engines.e.sleep: is for engines that Lockkeeper starts as processes (lifecycle: process); others are stopped, or unloaded, in their own way"]);

    [Fact]
    public void Two_engines_cannot_share_a_unit_but_two_systemds_may_have_one_of_that_name()
    {
        Problems(("a", Unit), ("b", Unit with { Unit = "llama" })).ShouldBe(["f: engines.b.unit: is the unit of engine 'a' already; one stop would end both"]);
        Problems(("a", Unit), ("b", Unit with { UnitScope = UnitScope.System })).ShouldBeEmpty();
    }

    [Fact]
    public void A_unit_serves_one_model()
    {
        var models = new Dictionary<string, ModelConfig> { ["x"] = new() { Engine = "e" }, ["y"] = new() { Engine = "e" } };
        var findings = new ConfigFindings(new ConfigPositions("f"));
        SystemdRules.Shared(new LockkeeperConfig { Engines = new Dictionary<string, EngineConfig> { ["e"] = Unit }, Models = models }, findings);
        findings.Problems.Select(problem => problem.ToString())
            .ShouldBe(["f: models.y.engine: is one unit, which serves 'x' already; make 'y' an alias of that, or give it an engine of its own"]);
    }

    private static IEnumerable<string> Problems(params (string Name, EngineConfig Engine)[] engines)
    {
        var config = new LockkeeperConfig { Engines = engines.ToDictionary(engine => engine.Name, engine => engine.Engine) };
        var findings = new ConfigFindings(new ConfigPositions("f"));
        EngineRules.Check(config.Engines, new Dictionary<string, EnginePreset>(), findings);
        SystemdRules.Shared(config, findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
