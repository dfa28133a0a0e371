using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class EngineSecretsTests : IDisposable
{
    private static readonly Dictionary<string, EnginePreset> Presets = new()
    {
        ["cloudy"] = new() { Name = "cloudy", Engine = new EngineConfig { Command = ["x", "{port}"], ApiKey = Source("env:CLOUDY") } },
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-secrets-");

    private readonly List<string> _problems = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Secrets_are_fetched_and_shown_to_nobody()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "admin"), "from-a-file\n");
        var secrets = Read(new() { ["e"] = new() { ApiKey = Source("env:KEY"), ControlHeaders = new Dictionary<string, string> { ["x-admin-key"] = "file:admin", ["x-kind"] = "router" } } }, ("KEY", " sk-1 "));
        secrets.KeyOf("e")!.Value.ShouldBe("sk-1");
        secrets.HeadersOf("e").Select(header => (header.Key, header.Value.Value)).ShouldBe([("x-admin-key", "from-a-file"), ("x-kind", "router")], ignoreOrder: true);
        $"{secrets.KeyOf("e")} {secrets.HeadersOf("e")["x-kind"]}".ShouldBe("(secret) (secret)");
        _problems.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_is_not_there_is_a_problem_and_none_is_cited()
    {
        var secrets = Read(
            new()
            {
                ["a"] = new() { ApiKey = Source("env:NONE") },
                ["b"] = new() { ApiKey = Source("env:EMPTY"), ControlHeaders = new Dictionary<string, string> { ["x"] = "file:nowhere" } },
                ["c"] = new() { ApiKey = Source("env:TWO") },
            },
            ("EMPTY", ""), ("TWO", "two words"));
        secrets.KeyOf("a").ShouldBeNull();
        _problems.ShouldBe(
        [
            "f: engines.a.api_key: there is no environment variable 'NONE' where Lockkeeper runs",
            "f: engines.b.api_key: env:EMPTY holds nothing",
            $"f: engines.b.control_headers.x: there is no file '{Path.Combine(_folder.FullName, "nowhere")}'",
            "f: engines.c.api_key: env:TWO holds more than one word of ASCII, which no header can carry as a key",
        ]);
    }

    [Fact]
    public void One_that_only_a_preset_would_use_may_be_missing()
    {
        Read(new() { ["e"] = new() { Preset = "cloudy" } }).KeyOf("e").ShouldBeNull();
        _problems.ShouldBeEmpty();
        Read(new() { ["e"] = new() { Preset = "cloudy" } }, ("CLOUDY", "sk-2")).KeyOf("e")!.Value.ShouldBe("sk-2");
    }

    [Fact]
    public void An_engine_inherits_the_variable_of_no_other()
    {
        var secrets = Read(
            new() { ["a"] = new() { ApiKey = Source("env:KEY_A") }, ["b"] = new() { ControlHeaders = new Dictionary<string, string> { ["x"] = "env:KEY_B" } }, ["c"] = new() { ApiKey = Source("env:KEY_A") } },
            ("KEY_A", "a"), ("KEY_B", "b"));
        secrets.VariablesNotFor("a").ShouldBe(["KEY_B"]);
        secrets.VariablesNotFor("b").ShouldBe(["KEY_A"]);
    }

    private EngineSecrets Read(Dictionary<string, EngineConfig> engines, params (string Name, string Value)[] variables)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        var reader = new SecretReader(new ConfigFolder(_folder.FullName, "/people/me"), name => Array.Find(variables, variable => variable.Name == name).Value, findings);
        var secrets = EngineSecrets.Read(engines, Presets, reader, findings);
        _problems.AddRange(findings.Problems.Select(problem => problem.ToString()));
        return secrets;
    }

    private static SecretSource Source(string text) => SecretSource.TryParse(text, out var source, out var problem) ? source : throw new FormatException(problem);
}
