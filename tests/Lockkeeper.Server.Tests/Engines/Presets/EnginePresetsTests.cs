using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines.Presets;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets;

public sealed class EnginePresetsTests
{
    public static TheoryData<string> Names { get; } = [.. KnownPresets.All.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_kind_of_engine_that_is_promised_is_there() => KnownPresets.All.Keys.Order(StringComparer.Ordinal).ShouldBe(
    [
        "anthropic", "builtin", "koboldcpp", "llama.cpp", "llama.cpp-router", "lm-studio", "localai", "max", "mlx-lm", "mlx-openai-server", "mlx-vlm", "ollama", "omlx", "openai-compatible", "ramalama",
        "sglang", "tabbyapi", "tgi", "vllm", "vllm-mlx",
    ]);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_says_what_it_is_and_where_its_facts_come_from(string name)
    {
        var preset = KnownPresets.All[name];
        preset.Description.ShouldEndWith(".");
        preset.Sources.ShouldNotBeEmpty();
        preset.Sources.ShouldAllBe(source => source.StartsWith("https://", StringComparison.Ordinal) || source.StartsWith("docs/", StringComparison.Ordinal));
        preset.Traps.ShouldNotBeEmpty();
        preset.Traps.ShouldAllBe(trap => trap.EndsWith('.'));
        preset.Loads.ShouldNotBeEmpty();
        (preset.Engine.Dialects ?? []).ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_process_is_told_its_port_and_listens_on_loopback(string name)
    {
        var engine = KnownPresets.All[name].Engine;
        if (engine.Lifecycle == Lifecycle.Process)
        {
            engine.Command!.ShouldContain(word => word.Contains("{port}"));
            engine.Url.ShouldBeNull();
            var told = engine.Command!.Concat((engine.Env ?? new Dictionary<string, string>()).Values);
            (name == "builtin" || name == "koboldcpp" || told.Contains("127.0.0.1")).ShouldBeTrue("its default may be all addresses");
        }
        else
        {
            engine.Command.ShouldBeNull();
            (engine.Url is not null || engine.Lifecycle == Lifecycle.Attached).ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_placeholder_of_a_preset_exists_and_every_condition_names_one(string name)
    {
        var preset = KnownPresets.All[name];
        var engine = preset.Engine;
        var words = (engine.Command ?? []).Append(engine.RequestModel ?? "").Concat(preset.Arguments.SelectMany(group => group.Args));
        words.SelectMany(Placeholders.In).Except(Placeholders.Known).ShouldBeEmpty();
        var bodies = new[] { engine.Load, engine.Unload }.SelectMany(call => call?.Body ?? JsonFields.None).SelectMany(field => Placeholders.In(field.Value));
        bodies.Except([.. Placeholders.Known, "{instance}"]).ShouldBeEmpty();
        preset.Arguments.SelectMany(group => group.When.Is.Keys.Concat(group.When.IsNot.Keys).Concat(group.When.Lacks)).Except(PlaceholderValues.Names).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_condition_names_only_types_the_engine_can_serve(string name)
    {
        var preset = KnownPresets.All[name];
        preset.Arguments.SelectMany(group => group.When.Type).Select(type => Enum.Parse<Capability>(type.ToString())).Except(preset.Engine.Capabilities ?? []).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_model_is_served_by_naming_the_preset_and_no_more_than_it_asks_for(string name)
    {
        var url = name == "openai-compatible" ? ", url: 'http://127.0.0.1:9'" : "";
        var draft = ConfigText.Read("f", $"engines: {{ e: {{ preset: {name}{url} }} }}\nmodels: {{ m: {{ engine: e, path: /m }} }}", KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        var model = CatalogBuilder.Build(draft.Config, new ConfigFolder("/conf", "/home"), KnownPresets.All).Find("m")!;
        model.Engine.Preset.ShouldBe(name);
        model.Engine.Command.IsEmpty.ShouldBe(model.Engine.Lifecycle != Lifecycle.Process);
    }

    [Theory]
    [InlineData("ollama", "url: 'http://127.0.0.1:9999'")]
    [InlineData("lm-studio", "url: 'http://127.0.0.1:9999', max_loaded: 2")]
    [InlineData("openai-compatible", "lifecycle: cloud, url: 'https://api.example.org', api_key: env:NO_SUCH_KEY")]
    [InlineData("vllm", "env: { A: b }, ready: { path: /health }, capabilities: [chat]")]
    public void Any_key_of_a_preset_can_be_overridden(string name, string keys) =>
        ConfigText.Read("f", $"engines: {{ e: {{ preset: {name}, {keys} }} }}\nmodels: {{ m: {{ engine: e, path: /m }} }}", KnownPresets.All).Problems.ShouldBeEmpty();

    [Fact]
    public void An_api_engine_can_be_told_to_load_and_to_unload_and_lists_what_it_has()
    {
        foreach (var engine in KnownPresets.All.Values.Select(preset => preset.Engine).Where(engine => engine.Lifecycle == Lifecycle.Api))
        {
            (engine.Load?.Path, engine.Unload?.Path, engine.List?.Path).ShouldSatisfyAllConditions(
                paths => paths.Item1.ShouldNotBeNull(engine.Preset), paths => paths.Item2.ShouldNotBeNull(engine.Preset), paths => paths.Item3.ShouldNotBeNull(engine.Preset));
        }
    }

    [Theory]
    [InlineData("name: a\nengine: { command: [x] }\nargumets: []", "a.yaml:3: argumets: is an unknown key; did you mean 'arguments'? Known here: name, description, engine, arguments, fallback, loads, traps, sources, verified")]
    [InlineData("name: a\nengine: { comand: [x] }", "a.yaml:2: engine.comand: is an unknown key; did you mean 'command'?")]
    [InlineData("name: a\nengine: { capabilities: [dancing] }", "a.yaml:2: engine.capabilities[0]: 'dancing' is no capability of this version; write *")]
    [InlineData("name: a\nengine: {}\narguments: [{ when: { typ: [chat] } }]", "a.yaml:3: arguments[0].when.typ: is an unknown key; did you mean 'type'? Known here: type, can, cannot, is, is_not, lacks, sleep")]
    [InlineData("name: a\nengine: {}\nloads: [onnx]", "a.yaml:3: loads[0]: 'onnx' is no kind of model of this version; write gguf, mlx, safetensors or hub")]
    [InlineData("name: b\nengine: {}", "a.yaml:1: name: 'b' is not the name of its file")]
    [InlineData("engine: {}", "a.yaml: name: is missing; this key must be given")]
    public void A_mistake_in_a_preset_is_not_overlooked(string text, string problem)
    {
        var message = Should.Throw<InvalidDataException>(() => EnginePresets.Read("a.yaml", text, ["self"])).Message.Split('\n')[0];
        if (problem.EndsWith('*'))
        {
            message.ShouldStartWith(problem[..^1]);
        }
        else
        {
            message.ShouldBe(problem);
        }
    }

    [Fact]
    public void The_built_in_engine_is_this_program() =>
        EnginePresets.Of(["dotnet", "lockkeeper.dll"])["builtin"].Engine.Command!.Take(3).ShouldBe(["dotnet", "lockkeeper.dll", "engine"]);
}
