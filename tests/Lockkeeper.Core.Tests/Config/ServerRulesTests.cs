using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ServerRulesTests
{
    private static readonly ApiKeyConfig Key = new() { Name = "a", Key = default };

    [Fact]
    public void An_address_beyond_loopback_needs_keys_or_the_word_that_everybody_is_welcome()
    {
        var open = new ServerConfig { Listen = "http://0.0.0.0:5590" };
        Problems(open).ShouldHaveSingleItem().ShouldStartWith("f: server.listen: 'http://0.0.0.0:5590' can be reached from other machines");
        Problems(open with { AllowAnonymous = true }).ShouldBeEmpty();
        Problems(open with { ApiKeys = [Key] }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("ü")]
    public void A_key_has_a_name_that_can_stand_in_a_log(string name) =>
        Problems(new ServerConfig { ApiKeys = [Key with { Name = name }] }).ShouldBe(["f: server.api_keys[0].name: is no name for a key; it has up to 100 letters, digits, and - _ . @"]);

    [Fact]
    public void Names_tell_keys_apart() => Problems(new ServerConfig { ApiKeys = [Key, Key with { Name = "b" }, Key with { Name = "A" }] })
        .ShouldBe(["f: server.api_keys[2].name: 'A' is the name of server.api_keys[0] already; names tell keys apart in logs and in the queue"]);

    [Fact]
    public void A_key_that_says_nothing_sensible_is_seen() => Problems(new ServerConfig
    {
        ApiKeys = [Key with { Priority = Priority.High, MaxPriority = Priority.Low, Scopes = [], Models = ["qwen", "ALIAS", "mm"] }],
    }).ShouldBe(
    [
        "f: server.api_keys[0].priority: is better than its max_priority, so it would never count; lower it, or raise max_priority",
        "f: server.api_keys[0].scopes: is empty, so the key opens nothing; write [infer], or leave it out",
        "f: server.api_keys[0].models[0]: there is no model 'qwen'",
        "f: server.api_keys[0].models[2]: there is no model 'mm'; did you mean 'm'?",
    ]);

    [Theory]
    [InlineData("gpu.example.org", true)]
    [InlineData("192.168.1.7", true)]
    [InlineData("::1", true)]
    [InlineData("*", true)]
    [InlineData("gpu.example.org:5590", false)]
    [InlineData("http://gpu.example.org", false)]
    [InlineData("*.example.org", false)]
    [InlineData(" gpu", false)]
    [InlineData("", false)]
    public void A_host_is_a_name_or_an_address(string host, bool right) => Problems(new ServerConfig { AllowedHosts = [host] }).Any().ShouldBe(!right);

    [Theory]
    [InlineData("https://chat.example.org", true)]
    [InlineData("http://10.0.0.1:3000", true)]
    [InlineData("app://obsidian.md", true)]
    [InlineData("*", true)]
    [InlineData("chat.example.org", false)]
    [InlineData("https://chat.example.org/", false)]
    [InlineData("https://chat.example.org/app", false)]
    [InlineData("https://me@chat.example.org", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void An_origin_is_what_a_browser_calls_it(string origin, bool right) => Problems(new ServerConfig { Cors = [origin] }).Any().ShouldBe(!right);

    private static IEnumerable<string> Problems(ServerConfig server)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        ServerRules.Check(new LockkeeperConfig { Server = server, Models = new Dictionary<string, ModelConfig> { ["m"] = new() { Engine = "e", Aliases = ["alias"] } } }, findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
