using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class CatalogBuilderTests
{
    [Fact]
    public void A_preset_becomes_a_command_with_optional_arguments_only_where_they_have_a_value()
    {
        var catalog = Build("engines: { e: { preset: builtin } }\nmodels: { a: { engine: e, path: a.gguf }, b: { engine: e, path: b.gguf, context_length: 512 } }");
        string[] command = ["lockkeeper", "engine", "--model", "{path}", "--port", "{port}", "--alias", "{id}"];
        catalog.Find("a")!.Engine.Command.ShouldBe(command);
        catalog.Find("b")!.Engine.Command.ShouldBe([.. command, "--ctx-size", "{context_length}"]);
        catalog.Find("a")!.Engine.Ready.Path.ShouldBe("/health");
    }

    [Fact]
    public void A_section_overrides_its_preset()
    {
        var engine = Build("""
            engines:
              e: { preset: builtin, command: [mine, "{port}"], env: { A: 1 }, cwd: work, ready: { path: /up }, start_timeout: 1s, stop_timeout: 2s }
            models: { a: { engine: e, context_length: 5 } }
            """).Find("a")!.Engine;
        engine.Name.ShouldBe("e");
        engine.Command.ShouldBe(["mine", "{port}"]);
        engine.Environment.ShouldBe(new Dictionary<string, string?> { ["A"] = "1" });
        (engine.WorkingDirectory, engine.Ready.Path, engine.StartTimeout, engine.StopTimeout).ShouldBe(("/conf/work", "/up", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void An_engine_does_not_inherit_the_keys_of_clients()
    {
        var catalog = Build("""
            server: { api_keys: [{ name: laptop, key: "env:LAPTOP_KEY" }, { name: shared, key: "env:SHARED_KEY" }, { name: other, key: "file:key" }] }
            engines: { e: { command: [mine, '{port}'] }, f: { command: [mine, '{port}'], env: { SHARED_KEY: given } } }
            models: { a: { engine: e }, b: { engine: f } }
            """);
        catalog.Find("a")!.Engine.Environment.ShouldBe(new Dictionary<string, string?> { ["LAPTOP_KEY"] = null, ["SHARED_KEY"] = null }, ignoreOrder: true);
        catalog.Find("b")!.Engine.Environment.ShouldBe(new Dictionary<string, string?> { ["LAPTOP_KEY"] = null, ["SHARED_KEY"] = "given" }, ignoreOrder: true);
    }

    [Fact]
    public void A_model_is_called_what_its_engine_calls_it()
    {
        var catalog = Build("""
            engines: { e: { command: [mine, '{port}'] }, f: { command: [mine, '{port}'], request_model: "{path}" } }
            models: { a: { engine: e }, b: { engine: f, path: b.gguf }, c: { engine: f, path: c.gguf, request_model: org/c } }
            """);
        (catalog.Find("a")!.AskedAs, catalog.Find("b")!.AskedAs, catalog.Find("c")!.AskedAs).ShouldBe(("a", "/conf/b.gguf", "org/c"));
    }

    [Fact]
    public void What_is_left_out_keeps_its_default()
    {
        var model = Build("engines: { e: { command: [mine, '{port}'] } }\nmodels: { a: { engine: e } }").Find("a")!;
        var plain = new EngineSpec { Name = "e", Command = [] };
        (model.Path, model.ContextLength, model.MaxConcurrency, model.Priority).ShouldBe((null, null, 1, Priority.Medium));
        (model.Engine.WorkingDirectory, model.Engine.Ready.Path, model.Engine.StartTimeout, model.Engine.StopTimeout)
            .ShouldBe((null, plain.Ready.Path, plain.StartTimeout, plain.StopTimeout));
    }

    [Fact]
    public void A_model_takes_from_its_engine_what_it_does_not_say_itself()
    {
        var catalog = Build("""
            scheduling: { max_duration: 1h }
            pools: { gpu: { policy: fit }, cpu: { policy: fit } }
            engines: { e: { command: [run, '{port}'], pool: cpu, max_concurrency: 4, priority_field: true } }
            models:
              a: { engine: e }
              b: { engine: e, pool: gpu, max_concurrency: 2, memory: 1GiB, pinned: true, preload: true, request_timeout: 1s, max_duration: off }
              c: { engine: e, idle_timeout: 5m }
            """);
        var (a, b) = (catalog.Find("a")!, catalog.Find("b")!);
        (a.Pool, a.MaxConcurrency, a.Memory, a.Pinned, a.Preload, a.RequestTimeout, a.MaxDuration).ShouldBe(("cpu", 4, null, false, false, null, TimeSpan.FromHours(1)));
        (b.Pool, b.MaxConcurrency, b.Memory, b.Pinned, b.Preload, b.RequestTimeout, b.MaxDuration).ShouldBe(("gpu", 2, 1L << 30, true, true, TimeSpan.FromSeconds(1), null));
        (a.IdleTimeout, catalog.Find("c")!.IdleTimeout, a.Engine.PriorityField).ShouldBe((null, TimeSpan.FromMinutes(5), true));
    }

    [Fact]
    public void A_model_says_what_is_found_in_its_text_and_else_its_engine_does()
    {
        var catalog = Build("""
            engines: { e: { preset: builtin }, f: { command: [run, '{port}'], tool_parser: qwen3_coder } }
            models:
              a: { engine: e, path: x }
              b: { engine: e, path: x, tool_parser: off, reasoning: drop, reasoning_format: auto, starts_in_reasoning: true, streaming_format: json_array, stream_chunk_tokens: 8 }
              c: { engine: f }
            """);
        var (a, b, c) = (catalog.Find("a")!, catalog.Find("b")!, catalog.Find("c")!);
        a.Leaks.ShouldBe(new LeakPlan { Tools = ToolDialect.Hermes, Format = ReasoningFormat.Think });
        b.Leaks.ShouldBe(new LeakPlan { Reasoning = ReasoningPolicy.Drop, Format = ReasoningFormat.Auto, StartsInReasoning = true });
        c.Leaks.ShouldBe(new LeakPlan { Tools = ToolDialect.Qwen3Coder });
        (a.StreamingFormat, a.StreamChunkTokens, b.StreamingFormat, b.StreamChunkTokens).ShouldBe((StreamingFormat.Sse, 1, StreamingFormat.JsonArray, 8));
    }

    [Fact]
    public void An_attached_engine_has_an_address_and_no_command()
    {
        var engine = Build("engines: { e: { lifecycle: attached, url: 'http://127.0.0.1:8080' } }\nmodels: { a: { engine: e } }").Find("a")!.Engine;
        (engine.Lifecycle, engine.Url, engine.Command.IsEmpty).ShouldBe((Lifecycle.Attached, new Uri("http://127.0.0.1:8080"), true));
    }

    [Theory]
    [InlineData("my-server", "my-server")]
    [InlineData("./my-server", "/conf/my-server")]
    [InlineData("bin/my-server", "/conf/bin/my-server")]
    [InlineData("~/my-server", "/people/me/my-server")]
    [InlineData("/opt/my-server", "/opt/my-server")]
    [InlineData("{path}", "{path}")]
    public void A_program_with_a_slash_is_a_path(string written, string program) =>
        Build($"engines: {{ e: {{ command: ['{written}', '{{port}}'] }} }}\nmodels: {{ a: {{ engine: e, path: x }} }}").Find("a")!.Engine.Command[0].ShouldBe(program);

    [Theory]
    [InlineData("a.gguf", "/conf/a.gguf")]
    [InlineData("../a.gguf", "/a.gguf")]
    [InlineData("~/a.gguf", "/people/me/a.gguf")]
    [InlineData("'~'", "/people/me")]
    [InlineData("~other/a.gguf", "/conf/~other/a.gguf")]
    [InlineData("/abs/a.gguf", "/abs/a.gguf")]
    public void A_path_is_made_absolute(string written, string path) =>
        Build($"engines: {{ e: {{ preset: builtin }} }}\nmodels: {{ a: {{ engine: e, path: {written} }} }}").Find("a")!.Path.ShouldBe(path);

    [Fact]
    public void Models_keep_their_order_and_their_names()
    {
        var catalog = Build("engines: { e: { preset: builtin } }\nmodels: { z: { engine: e, path: x, aliases: [y] }, a: { engine: e, path: x } }");
        catalog.Models.Select(model => model.Id.Value).ShouldBe(["z", "a"]);
        catalog.Find("Y")!.Id.Value.ShouldBe("z");
    }

    [Fact]
    public void An_engine_has_its_own_secrets_and_inherits_nobody_elses()
    {
        var draft = ConfigText.Read("f", """
            server: { api_keys: [{ name: client, key: env:CLIENT_KEY }] }
            engines:
              a: { command: [x, "{port}"], api_key: env:KEY_A, env: { OWN: "1" } }
              b: { command: [x, "{port}"], api_key: env:KEY_B, control_headers: { x-admin: env:ADMIN_B } }
            models: { a: { engine: a }, b: { engine: b } }
            """, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        var (folder, findings) = (new ConfigFolder("/conf", "/people/me"), new ConfigFindings(draft.Positions));
        var secrets = EngineSecrets.Read(draft.Config.Engines, KnownPresets.All, new SecretReader(folder, name => $"value-of-{name}", findings), findings);
        var catalog = CatalogBuilder.Build(draft.Config, folder, KnownPresets.All, secrets);
        var (a, b) = (catalog.Find("a")!.Engine, catalog.Find("b")!.Engine);
        (a.ApiKey!.Value, b.ApiKey!.Value, b.ControlHeaders["X-Admin"].Value).ShouldBe(("value-of-KEY_A", "value-of-KEY_B", "value-of-ADMIN_B"));
        a.Environment.ShouldBe(new Dictionary<string, string?> { ["CLIENT_KEY"] = null, ["KEY_B"] = null, ["ADMIN_B"] = null, ["OWN"] = "1" }, ignoreOrder: true);
        b.Environment.ShouldBe(new Dictionary<string, string?> { ["CLIENT_KEY"] = null, ["KEY_A"] = null }, ignoreOrder: true);
        catalog.Models.ShouldAllBe(model => !model.ToString().Contains("value-of", StringComparison.Ordinal));
    }

    private static ModelCatalog Build(string text)
    {
        var draft = ConfigText.Read("f", text, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        return CatalogBuilder.Build(draft.Config, new ConfigFolder("/conf", "/people/me"), KnownPresets.All);
    }
}
