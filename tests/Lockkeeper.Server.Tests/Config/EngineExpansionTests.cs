using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Tests.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class EngineExpansionTests
{
    [Fact]
    public void A_preset_s_arguments_come_before_the_engine_s_and_the_model_s() =>
        Model("preset: builtin, args: [--of-engine]", "context_length: 512, args: [--of-model]").Engine.Command.TakeLast(4).ShouldBe(["--ctx-size", "{context_length}", "--of-engine", "--of-model"]);

    [Fact]
    public void A_command_of_one_s_own_gets_none_of_the_preset_s_arguments()
    {
        var engine = Model("preset: vllm, sleep: true, command: [mine, '{port}']", "context_length: 512").Engine;
        engine.Command.ShouldBe(["mine", "{port}"]);
        engine.Environment.ShouldBeEmpty();
        engine.Sleep.ShouldBeTrue();
    }

    [Fact]
    public void Variables_come_with_their_arguments_and_the_engine_s_own_win()
    {
        Model("preset: vllm").Engine.Environment.ShouldBeEmpty();
        Model("preset: vllm, sleep: true").Engine.Environment.ShouldBe(new Dictionary<string, string?> { ["VLLM_SERVER_DEV_MODE"] = "1" });
        Model("preset: vllm, sleep: true, env: { VLLM_SERVER_DEV_MODE: 0 }").Engine.Environment.ShouldBe(new Dictionary<string, string?> { ["VLLM_SERVER_DEV_MODE"] = "0" });
    }

    [Fact]
    public void The_built_in_engine_stands_in_for_llama_server_with_the_arguments_it_knows()
    {
        var fallback = Model("preset: llama.cpp, args: [--mlock]", "context_length: 512, temp: 1").Engine.Fallback!;
        fallback.Preset.ShouldBe("builtin");
        fallback.Command.ShouldBe(["lockkeeper", "engine", "--model", "{path}", "--port", "{port}", "--alias", "{id}", "--ctx-size", "{context_length}"]);
        fallback.Without.ShouldContain("reranking");
        fallback.Dialects.ShouldBe([EngineDialect.Openai], "and not what llama-server speaks");
        fallback.Leaks.Tools.ShouldBe(ToolDialect.Hermes);
    }

    [Theory]
    [InlineData("preset: llama.cpp", "type: rerank")]
    [InlineData("preset: llama.cpp, command: [my-llama, '{port}']", "type: chat")]
    [InlineData("preset: vllm", "type: chat")]
    [InlineData("command: [mine, '{port}']", "type: chat")]
    public void Nothing_stands_in_for_what_it_cannot_do_or_for_a_program_of_one_s_own(string engine, string model) => Model(engine, model).Engine.Fallback.ShouldBeNull();

    [Fact]
    public void Concurrency_is_the_model_s_else_the_engine_s_else_the_preset_s_else_one()
    {
        string Told(string engine, string model) => Model(engine, model).Values["max_concurrency"];
        Told("preset: vllm, max_concurrency: 3", "max_concurrency: 2").ShouldBe("2");
        Told("preset: vllm, max_concurrency: 3", "type: chat").ShouldBe("3");
        Told("preset: vllm", "type: chat").ShouldBe("32");
        Told("preset: llama.cpp", "type: chat").ShouldBe("1");
        Model("preset: vllm").MaxConcurrency.ShouldBe(32);
    }

    [Fact]
    public void A_projector_in_the_model_s_folder_is_found()
    {
        using var folder = new TemporaryFolder("mmproj-f16.gguf", "model.gguf");
        var projector = Path.Combine(folder.Path, "mmproj-f16.gguf");
        var model = Model("preset: llama.cpp", path: folder.Path);
        (model.Values["mmproj"], model.Engine.Command.Contains("--mmproj")).ShouldBe((projector, true));
        Model("preset: llama.cpp", "mmproj: /other.gguf", folder.Path).Values["mmproj"].ShouldBe("/other.gguf");
        Model("preset: vllm", path: folder.Path).Values.ShouldNotContainKey("mmproj");
    }

    [Fact]
    public void An_engine_is_asked_by_the_name_it_knows()
    {
        Model("preset: llama.cpp").AskedAs.ShouldBe("m");
        Model("preset: mlx-lm").AskedAs.ShouldBe("default_model");
        Model("preset: omlx", path: "/models/org/qwen").AskedAs.ShouldBe("qwen");
        Model("command: [mine, '{port}'], request_model: 'x-{id}'").AskedAs.ShouldBe("x-m");
    }

    private static ModelSpec Model(string engine, string model = "type: chat", string path = "/models/m")
    {
        var draft = ConfigText.Read("f", $"engines: {{ e: {{ {engine} }} }}\nmodels: {{ m: {{ engine: e, path: {path}, {model} }} }}", KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        return CatalogBuilder.Build(draft.Config, new ConfigFolder("/conf", "/home"), KnownPresets.All).Find("m")!;
    }
}
