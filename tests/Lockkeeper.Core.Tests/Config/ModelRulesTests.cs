using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ModelRulesTests
{
    private static readonly Dictionary<string, EnginePreset> Presets = new()
    {
        ["able"] = new EnginePreset { Name = "able", Engine = new EngineConfig { Command = ["run", "{path}", "{port}", "{max_concurrency}", "{scratch}"], Capabilities = [Capability.Chat, Capability.ImageEdit] } },
        ["remote"] = new EnginePreset { Name = "remote", Engine = new EngineConfig { Lifecycle = Lifecycle.Api, Url = "http://127.0.0.1:1" } },
    };

    private static readonly ModelConfig Model = new() { Engine = "e", Path = "m" };

    [Fact]
    public void What_lockkeeper_gives_itself_a_model_need_not_say() => Problems(new() { Preset = "able" }, Model).ShouldBeEmpty();

    [Fact]
    public void A_model_of_a_type_its_engine_cannot_serve_is_an_error_with_its_line() => Problems(new() { Preset = "able" }, Model with { Type = ModelType.Embedding })
        .ShouldHaveSingleItem().ShouldBe("f:7: models.m.type: is embedding, and its engine 'e' can chat, image_edit; take another engine, or say so in its capabilities if it can after all");

    [Fact]
    public void Neither_can_a_model_do_what_its_engine_cannot() => Problems(new() { Preset = "able" }, Model with { Type = ModelType.ImageEdit, Capabilities = [Capability.Chat, Capability.Vision] })
        .ShouldHaveSingleItem().ShouldStartWith("f: models.m.capabilities[1]: is vision, and its engine 'e' can chat, image_edit;");

    [Fact]
    public void An_engine_s_own_word_about_what_it_can_wins_and_one_that_says_nothing_can_everything()
    {
        Problems(new() { Preset = "able", Capabilities = [Capability.Embedding] }, Model with { Type = ModelType.Embedding }).ShouldBeEmpty();
        Problems(new() { Command = ["run", "{port}"] }, Model with { Type = ModelType.Speech }).ShouldBeEmpty();
    }

    [Fact]
    public void Further_arguments_and_the_name_it_is_asked_by_need_values_too()
    {
        Problems(new() { Preset = "able", Args = ["{temp}"] }, Model with { Args = ["{mmproj}"] })
            .ShouldBe(["f: models.m.temp: is missing; its arguments hold {temp}", "f: models.m.mmproj: is missing; its arguments hold {mmproj}"]);
        Problems(new() { Command = ["run", "{port}"], RequestModel = "{name}" }, Model with { Path = null }).ShouldBe(["f: models.m.path: is missing; the request_model of its engine holds {name}"]);
    }

    [Fact]
    public void An_engine_that_is_no_process_has_no_command_to_fill() => Problems(new() { Preset = "remote", Command = ["run", "{path}"] }, Model with { Path = null }).ShouldBeEmpty();

    private static IReadOnlyList<string> Problems(EngineConfig engine, ModelConfig model)
    {
        var positions = new ConfigPositions("f");
        positions.Mark(ConfigKey.Top("models") / "m" / "type", 7);
        var findings = new ConfigFindings(positions);
        var config = new LockkeeperConfig { Engines = new Dictionary<string, EngineConfig> { ["e"] = engine }, Models = new Dictionary<string, ModelConfig> { ["m"] = model } };
        ModelRules.Check(config, Presets, findings);
        return [.. findings.Problems.Select(problem => problem.ToString())];
    }
}
