using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Engines that run by themselves, beside those that Lockkeeper starts: each serves, is left for another, and is come back to; and each can fail.</summary>
[Collection(Lanes.Waiting)]
public sealed class LifecycleTests
{
    [Fact]
    public async Task A_TabbyAPI_is_told_to_load_and_unload_and_shares_the_pool_with_a_process()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --models a,b --load-delay 100");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Process("p") + Models("a: { engine: tabby }", "b: { engine: tabby }", "p: { engine: p }"));

        foreach (var model in (string[])["a", "p", "b", "a", "p"])
        {
            (await lockkeeper.AnswerAsync(model)).ShouldStartWith($"fake {model} ");
            (await tabby.LoadedAsync()).ShouldBe(model == "p" ? [] : [model]);
            lockkeeper.Engines.Count.ShouldBe(model == "p" ? 1 : 0);
        }

        var loads = await tabby.JsonAsync("/__loads");
        loads.GetProperty("most").GetInt32().ShouldBe(1);
        loads.GetProperty("loads").GetProperty("a").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task What_runs_on_a_TabbyAPI_ends_in_peace_before_its_model_is_changed()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --models a,b");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Models("a: { engine: tabby }", "b: { engine: tabby }"));
        var first = lockkeeper.AnswerAsync("a", "first=3000");
        await Eventually.True(async () => first.IsCompleted || (await tabby.JsonAsync("/__state")).GetProperty("in_flight").GetInt32() == 1, "it runs");
        first.IsCompleted.ShouldBeFalse(lockkeeper.Said);
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        (await first).ShouldStartWith("fake a ");
        (await tabby.JsonAsync("/__loads")).GetProperty("cut").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task An_Ollama_is_told_to_load_and_unload_and_what_clients_say_of_it_reloads_nothing()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a,b");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Ollama(ollama.Url) + Process("p") + Models("a: { engine: ollama, context_length: 2048 }", "b: { engine: ollama, idle_timeout: 1h }", "p: { engine: p }"));
        foreach (var model in (string[])["a", "p", "b", "a"])
        {
            (await lockkeeper.AnswerAsync(model)).ShouldStartWith($"fake {model} ");
            (await ollama.LoadedAsync()).ShouldBe(model == "p" ? [] : [model]);
        }

        (await ollama.JsonAsync("/api/ps")).GetProperty("models")[0].GetProperty("context_length").GetInt32().ShouldBe(2048);
        using var answer = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes("""{"model":"a","keep_alive":"5m","options":{"num_ctx":512,"seed":1},"messages":[]}"""));
        answer.IsSuccessStatusCode.ShouldBeTrue();
        var requests = await ollama.JsonAsync("/__requests");
        Encoding.UTF8.GetString(requests.EnumerateArray().Last().GetProperty("body_base64").GetBytesFromBase64())
            .ShouldBe("""{"model":"a","keep_alive":-1,"options":{"num_ctx":2048,"seed":1},"messages":[]}""");
        (await ollama.JsonAsync("/__loads")).GetProperty("reloads").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task What_an_Ollama_is_to_load_or_let_go_is_for_the_queue_and_for_those_who_may()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a --speaks /api/version");
        var hash = Convert.ToHexStringLower(SHA256.HashData("only-infer"u8));
        await using var lockkeeper = await LockkeeperProcess.StartAsync($"server: {{ api_keys: [{{ name: user, key: 'sha256:{hash}' }}] }}\nengines: {{ ollama: {{ preset: ollama, url: \"{ollama.Url}\" }} }}\n" + Models("a: { engine: ollama }"));
        async Task<(HttpStatusCode Status, string Text)> AskAsync(string body)
        {
            using var answer = await lockkeeper.SendAsync("/api/generate", Encoding.UTF8.GetBytes(body), headers => headers.Add("Authorization", "Bearer only-infer"));
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        (await AskAsync("""{"model":"a"}""")).Text.ShouldContain("\"done_reason\":\"load\"");
        (await ollama.LoadedAsync()).ShouldBe(["a"]);
        (await AskAsync("""{"model":"a","keep_alive":0}""")).ShouldSatisfyAllConditions(
            refused => refused.Status.ShouldBe(HttpStatusCode.Forbidden), refused => refused.Text.ShouldContain("admin"));
        (await ollama.LoadedAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task An_Ollama_holds_as_many_models_as_fit()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a,b");
        await using var lockkeeper = await LockkeeperProcess.StartAsync("pools:\n  gpu: { policy: fit, memory: 100MiB }\n" + Ollama(ollama.Url)
            + Models("a: { engine: ollama, memory: 4MiB }", "b: { engine: ollama, memory: 4MiB }"));
        await lockkeeper.AnswerAsync("a");
        await lockkeeper.AnswerAsync("b");
        (await ollama.LoadedAsync()).ShouldBe(["a", "b"]);
        var instances = (await lockkeeper.JsonAsync("/admin/instances")).ToString();
        instances.ShouldContain((3 * 1024 * 1024).ToString(System.Globalization.CultureInfo.InvariantCulture), Case.Sensitive, "what /api/ps says of their size");
    }

    [Fact]
    public async Task An_attached_engine_and_the_built_in_one_take_turns()
    {
        await using var theirs = await Daemon.StartAsync("--id theirs");
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            pools:
              gpu: { policy: fit, serialize: true }
            engines:
              running: { lifecycle: attached, url: "{{theirs.Url}}", ready: { path: /v1/models, contains_model: true } }
              builtin: { preset: builtin }
            models:
              theirs: { engine: running }
              demo: { engine: builtin, path: "{{Directory.GetFiles(Path.Combine(Repository.Root, "models"), "*.gguf").Order().First()}}", memory: 1GiB }
            """);
        (await lockkeeper.AnswerAsync("theirs")).ShouldStartWith("fake theirs ");
        (await lockkeeper.AnswerAsync("demo")).ShouldNotBeNull();
        (await lockkeeper.AnswerAsync("theirs")).ShouldStartWith("fake theirs ");
    }

    [Fact]
    public async Task An_attached_engine_that_does_not_name_the_model_is_not_ready()
    {
        await using var theirs = await Daemon.StartAsync("--id other");
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines:
              running: { lifecycle: attached, url: "{{theirs.Url}}", ready: { path: /v1/models, contains_model: true } }
            models:
              mine: { engine: running }
            """);
        using var refused = await lockkeeper.AskAsync("mine");
        (await refused.ErrorAsync()).Message.ShouldContain("GET /v1/models answered 200, but does not name 'mine'");
    }

    [Fact]
    public async Task An_engine_that_is_down_is_a_503_that_says_where_and_is_used_when_it_is_up()
    {
        var port = Daemon.FreePort();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby($"http://127.0.0.1:{port}") + Process("p") + Models("a: { engine: tabby }", "p: { engine: p }"));
        using var refused = await lockkeeper.AskAsync("a");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Code.ShouldBe("engine_start_failed");
        error.Message.ShouldContain($"http://127.0.0.1:{port}");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        await using var tabby = await Daemon.StartAsync("--tabby", port);
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_daemon_that_dies_with_its_model_is_loaded_again_when_it_is_back()
    {
        var tabby = await Daemon.StartAsync("--tabby");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Process("p") + Models("a: { engine: tabby }", "p: { engine: p }"));
        await lockkeeper.AnswerAsync("a");
        await tabby.DisposeAsync();
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        await using var back = await Daemon.StartAsync("--tabby", tabby.Port);
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_daemon_that_was_started_anew_loads_its_model_for_the_next_request(bool stream)
    {
        var tabby = await Daemon.StartAsync("--tabby");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Models("a: { engine: tabby }"));
        await lockkeeper.AnswerAsync("a");
        await tabby.DisposeAsync();
        await using var back = await Daemon.StartAsync("--tabby", tabby.Port);
        if (stream)
        {
            using var answer = await lockkeeper.AskAsync("a", stream: true);
            (await answer.LinesAsync().ToListAsync()).Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        }

        (await lockkeeper.AnswerAsync("a")).ShouldBe($"fake a pid={back.Pid}");
    }

    [Fact]
    public async Task A_model_in_a_daemon_is_warmed_up_before_it_counts_as_ready()
    {
        await using var tabby = await Daemon.StartAsync("--tabby");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Models("a: { engine: tabby, warm_up: 7 }"));
        await lockkeeper.AnswerAsync("a");
        var asked = (await tabby.JsonAsync("/__requests")).EnumerateArray().Select(request => Encoding.UTF8.GetString(request.GetProperty("body_base64").GetBytesFromBase64())).Where(body => body.Contains("messages"));
        asked.First().ShouldContain("\"max_tokens\":7");
    }

    [Fact]
    public async Task An_error_of_an_engine_that_has_the_model_is_passed_on_as_it_is()
    {
        await using var tabby = await Daemon.StartAsync("--tabby");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Models("a: { engine: tabby }"));
        using var answer = await lockkeeper.AskAsync("a", "status=503");
        (await answer.ErrorAsync()).Code.ShouldBe("fake_503");
        (await tabby.JsonAsync("/__loads")).GetProperty("loads").GetProperty("a").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("tabby")]
    [InlineData("running")]
    public async Task A_daemon_that_dies_is_waited_for_and_then_told_by_its_address(string engine)
    {
        var daemon = await Daemon.StartAsync("--tabby --loaded a");
        await using var lockkeeper = await LockkeeperProcess.StartAsync((engine == "tabby" ? Tabby(daemon.Url) : $$"""
            engines:
              running: { lifecycle: attached, url: "{{daemon.Url}}", ready: { path: /v1/models } }

            """) + Models($"a: {{ engine: {engine} }}"));
        await lockkeeper.AnswerAsync("a");
        await daemon.DisposeAsync();
        using var refused = await lockkeeper.AskAsync("a");
        var error = await refused.ErrorAsync();
        (error.Status, error.Code).ShouldBe((503, "engine_start_failed"));
        error.Message.ShouldContain(daemon.Url);

        var waiting = lockkeeper.AskAsync("a");
        await using var back = await Daemon.StartAsync("--tabby --loaded a", daemon.Port);
        using var answer = await waiting;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("--tabby --load-fails a", "CUDA out of memory")]
    [InlineData("--ollama --models a,b --load-fails a", "llama runner process has terminated")]
    [InlineData("--ollama --models b", "model 'a' not found")]
    public async Task A_load_that_fails_is_told_in_the_words_of_the_engine(string flags, string words)
    {
        await using var daemon = await Daemon.StartAsync(flags);
        var engine = flags.Contains("ollama") ? Ollama(daemon.Url).Replace("ollama:", "e:") : Tabby(daemon.Url).Replace("tabby:", "e:");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(engine + Models("a: { engine: e }", "b: { engine: e }"));
        using var refused = await lockkeeper.AskAsync("a");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Message.ShouldContain(words);
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
    }

    [Fact]
    public async Task The_key_of_a_TabbyAPI_opens_it_a_wrong_one_is_told_by_name_and_neither_is_shown()
    {
        const string Right = "right-key-3f9a", Wrong = "wrong-key-77c1";
        await using var tabby = await Daemon.StartAsync($"--tabby --admin-key {Right}");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(
            Tabby(tabby.Url, "env:RIGHT_KEY") + Tabby(tabby.Url, "env:WRONG_KEY")["engines:\n".Length..].Replace("tabby:", "mistaken:") + Process("p")
            + Models("a: { engine: tabby }", "b: { engine: mistaken }", "p: { engine: p }"),
            variables: new Dictionary<string, string> { ["RIGHT_KEY"] = Right, ["WRONG_KEY"] = Wrong });

        using var refused = await lockkeeper.AskAsync("b");
        var error = await refused.ErrorAsync();
        (error.Status, error.Code).ShouldBe((503, "engine_start_failed"));
        error.Message.ShouldContain("POST /v1/model/load answered 401");
        error.Message.ShouldContain("Invalid admin key");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");

        var config = (await lockkeeper.JsonAsync("/admin/config")).ToString();
        config.ShouldContain("/v1/model/load", customMessage: "it does show the engines");
        foreach (var shown in (string[])[error.Message, config, lockkeeper.Said, (await lockkeeper.JsonAsync("/admin/instances")).ToString()])
        {
            shown.ShouldNotContain(Right);
            shown.ShouldNotContain(Wrong);
        }
    }

    [Fact]
    public async Task An_unload_that_lies_is_found_out_and_others_run_when_the_memory_allows_it()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --unload-lies");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Process("p") + Models("a: { engine: tabby, memory: 10MiB }", "p: { engine: p }"));
        await lockkeeper.AnswerAsync("a");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        await lockkeeper.SaysAsync("the engine says that it has unloaded it, but after stop_timeout (0.5 s) GET /v1/model still names 'a'");
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_model_that_is_loaded_already_is_taken_as_it_is()
    {
        await using var tabby = await Daemon.StartAsync("--tabby");
        await tabby.PostAsync("/v1/model/load", """{"model_name":"a"}""");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Tabby(tabby.Url) + Models("a: { engine: tabby }"));
        await lockkeeper.AnswerAsync("a");
        (await tabby.JsonAsync("/__loads")).GetProperty("loads").GetProperty("a").GetInt32().ShouldBe(1);
    }

    private static string Tabby(string url, string key = "key") => $$"""
        engines:
          tabby:
            lifecycle: api
            url: "{{url}}"
            control_headers: { X-Admin-Key: "{{key}}" }
            load: { path: /v1/model/load, body: { model_name: "{id}", max_seq_len: "{context_length}" } }
            unload: { path: /v1/model/unload }
            list: { path: /v1/model }
            stop_timeout: 500ms

        """;

    private static string Ollama(string url) => $$"""
        engines:
          ollama: { lifecycle: ollama, url: "{{url}}" }

        """;

    private static string Process(string id) => $$"""
          {{id}}: { command: ["{{FakeEngine.Executable}}", "--port", "{port}", "--id", "{id}"] }

        """;

    private static string Models(params string[] models) => $"models:\n{string.Concat(models.Select(model => $"  {model}\n"))}";
}
