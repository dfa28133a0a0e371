using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class EngineRulesTests
{
    private static readonly EngineConfig Attached = new() { Lifecycle = Lifecycle.Attached, Url = "http://127.0.0.1:1" };

    private static readonly EngineConfig Api = new()
    {
        Lifecycle = Lifecycle.Api,
        Url = "http://127.0.0.1:1",
        Load = new ControlCallConfig { Path = "/load" },
        Unload = new ControlCallConfig { Path = "/unload" },
    };

    [Fact]
    public void An_attached_engine_needs_an_address_and_nothing_else() => Problems(Attached).ShouldBeEmpty();

    [Fact]
    public void An_attached_engine_without_an_address_is_refused() =>
        Problems(Attached with { Url = null }).ShouldBe(["f: engines.e.url: is missing; an attached engine runs already, so say where, as in http://127.0.0.1:8080"]);

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://127.0.0.1/v1")]
    [InlineData("http://a:b@127.0.0.1")]
    [InlineData("")]
    public void Its_address_is_scheme_host_and_port(string url) =>
        Problems(Attached with { Url = url }).ShouldBe([$"f: engines.e.url: '{url}' is no address of an engine; write scheme, host and port and nothing behind, as in http://127.0.0.1:8080"]);

    [Fact]
    public void Only_an_engine_that_runs_already_can_bring_its_models() => Problems(new EngineConfig { Command = ["run", "{port}"], ListModels = false })
        .ShouldBe(["f: engines.e.list_models: is for engines that run already and can be asked what they have (lifecycle: api, ollama or attached)"]);

    [Fact]
    public void What_starts_and_stops_a_process_is_not_for_an_attached_engine() => Problems(Attached with
    {
        Command = ["run"],
        Env = new Dictionary<string, string>(),
        Cwd = "/",
        StartTimeout = TimeSpan.FromSeconds(1),
        StopTimeout = TimeSpan.FromSeconds(1),
    }).ShouldBe("command env cwd start_timeout stop_timeout".Split(' ').Select(key => $"f: engines.e.{key}: is for engines that Lockkeeper starts; an attached one runs already and is never started or stopped by it"));

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://[::1]:8080")]
    public void A_process_may_have_a_port_of_its_own_and_need_not_be_told(string url) => Problems(new EngineConfig { Command = ["run"], Url = url }).ShouldBeEmpty();

    [Theory]
    [InlineData("http://192.168.1.2:8080")]
    [InlineData("https://127.0.0.1:8080")]
    [InlineData("8080")]
    public void The_port_of_a_process_is_on_loopback(string url) => Problems(new EngineConfig { Command = ["run"], Url = url }).ShouldBe(
        [$"f: engines.e.url: '{url}' is not where a process of this machine can listen for Lockkeeper alone; write http://127.0.0.1 and the port, or leave it out, and each start is given a free one"]);

    [Fact]
    public void A_process_without_a_port_is_told_one() => Problems(new EngineConfig { Command = ["run"] })
        .ShouldHaveSingleItem().ShouldStartWith("f: engines.e.command: never says {port}");

    [Fact]
    public void A_port_in_args_is_told_as_well() => Problems(new EngineConfig { Command = ["run"], Args = ["--port", "{port}"] }).ShouldBeEmpty();

    [Theory]
    [InlineData("SIGINT", null)]
    [InlineData("SIGTREM", "'SIGTREM' is no signal a process can be asked to end with; did you mean SIGTERM?")]
    [InlineData("9", "'9' is no signal a process can be asked to end with; there are SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGKILL")]
    public void A_stop_signal_has_a_name(string signal, string? problem) => Problems(new EngineConfig { Command = ["run", "{port}"], Stop = new StopConfig { Signal = signal } })
        .ShouldBe(problem is null ? [] : [$"f: engines.e.stop.signal: {problem}"]);

    [Fact]
    public void Ready_json_is_a_comparison() => Problems(Attached with { Ready = new ReadyConfig { Json = "status ok" } })
        .ShouldBe(["f: engines.e.ready.json: 'status ok' compares nothing; write a member, == or != and a value, as in status == ok"]);

    [Fact]
    public void Control_calls_are_not_for_a_process() => Problems(new EngineConfig { Command = ["run", "{port}"], Load = new ControlCallConfig { Path = "/load" }, MaxLoaded = 2 })
        .ShouldBe("load max_loaded".Split(' ').Select(key => $"f: engines.e.{key}: is for engines that run already, and are told to load and unload (lifecycle: api); this one is started and stopped as a process (lifecycle: process)"));

    [Fact]
    public void What_starts_a_process_is_not_for_an_engine_that_is_told_to_load() => Problems(Api with { Command = ["run"], LogFile = "x.log" })
        .ShouldBe("command log_file".Split(' ').Select(key => $"f: engines.e.{key}: is for engines that Lockkeeper starts (lifecycle: process); this one runs already, and only its models are loaded and unloaded"));

    [Fact]
    public void An_ollama_needs_its_address_alone() => Problems(new EngineConfig { Lifecycle = Lifecycle.Ollama, Url = "http://127.0.0.1:11434" }).ShouldBeEmpty();

    [Fact]
    public void A_preset_may_give_the_life_cycle_and_the_calls()
    {
        var presets = new Dictionary<string, EnginePreset> { ["tabbyapi"] = new() { Name = "tabbyapi", Engine = Api with { Url = null } } };
        Problems(new EngineConfig { Preset = "tabbyapi", Url = "http://127.0.0.1:5000" }, presets).ShouldBeEmpty();
        Problems(new EngineConfig { Preset = "tabbyapi" }, presets).ShouldHaveSingleItem().ShouldStartWith("f: engines.e.url: is missing; the engine runs already");
    }

    private static IEnumerable<string> Problems(EngineConfig engine, Dictionary<string, EnginePreset>? presets = null)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        EngineRules.Check(new Dictionary<string, EngineConfig> { ["e"] = engine }, presets ?? [], findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
