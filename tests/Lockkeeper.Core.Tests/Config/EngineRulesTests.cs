using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class EngineRulesTests
{
    private static readonly EngineConfig Attached = new() { Lifecycle = Lifecycle.Attached, Url = "http://127.0.0.1:1" };

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
    public void What_starts_and_stops_a_process_is_not_for_an_attached_engine() => Problems(Attached with
    {
        Command = ["run"],
        Env = new Dictionary<string, string>(),
        Cwd = "/",
        StartTimeout = TimeSpan.FromSeconds(1),
        StopTimeout = TimeSpan.FromSeconds(1),
    }).ShouldBe("command env cwd start_timeout stop_timeout".Split(' ').Select(key => $"f: engines.e.{key}: is for engines that Lockkeeper starts; an attached one runs already and is never started or stopped by it"));

    [Fact]
    public void A_process_is_told_its_port_or_has_one_by_its_address()
    {
        Problems(new EngineConfig { Command = ["run"] }).ShouldHaveSingleItem().ShouldContain("never says {port}");
        Problems(new EngineConfig { Command = ["run"], Url = "http://127.0.0.1:1" }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Ollama")]
    [InlineData("Systemd")]
    [InlineData("Cloud")]
    public void What_is_no_process_needs_no_command(string lifecycle) => Problems(new EngineConfig { Lifecycle = Enum.Parse<Lifecycle>(lifecycle), Url = "http://127.0.0.1:1" }).ShouldBeEmpty();

    private static IEnumerable<string> Problems(EngineConfig engine)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        EngineRules.Check(new Dictionary<string, EngineConfig> { ["e"] = engine }, new Dictionary<string, EnginePreset>(), findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
