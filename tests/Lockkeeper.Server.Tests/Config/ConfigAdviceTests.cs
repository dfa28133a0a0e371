using System.Collections.Immutable;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigAdviceTests
{
    [Fact]
    public void What_is_meant_needs_no_advice() => Advice("engines: { e: { command: [sh, '{port}'] } }\nmodels: { m: { engine: e } }\n").ShouldBeEmpty();

    [Fact]
    public void An_engine_that_is_asked_for_all_its_models_is_used_though_none_names_it() =>
        Advice("engines: { o: { preset: ollama }, p: { preset: ollama, list_models: false } }\nmodels: { m: { engine: p } }\n").ShouldBeEmpty();

    [Fact]
    public void What_is_never_used_or_not_there_yet_is_told() => Advice("""
        pools: { gpu: {}, cpu: {} }
        engines: { e: { command: [no-such-program-anywhere, "{port}"] }, f: { command: [sh, "{port}"] }, g: { command: [sh, "{port}"] } }
        models: { m: { engine: e } }
        discover: [{ path: /no/such/folder, engines: { gguf: g } }]
        """).Select(advice => advice.Split(" (looked in")[0]).ShouldBe(
    [
        "engines.f: is never used; no model names it",
        "pools.cpu: is never used; no engine and no model names it",
        "discover[0].path: there is no folder '/no/such/folder' yet; its models are served once there is",
        "models.m: cannot be started as things are: executable 'no-such-program-anywhere' not found",
    ]);

    private static ImmutableArray<string> Advice(string text)
    {
        var draft = ConfigText.Read("f", text, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        return ConfigAdvice.Of(new ConfigResult.Loaded(draft.Config, CatalogBuilder.Build(draft.Config, new ConfigFolder("/", "/"), KnownPresets.All)) { StateFile = "/s", Files = new ConfigFiles("/f", null) }, KnownPresets.All);
    }
}
