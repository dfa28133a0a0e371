using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What clients of Ollama ask before they ask anything of a model.</summary>
public sealed class OllamaApiTests(OllamaApiTests.Router router) : IClassFixture<OllamaApiTests.Router>
{
    private const string Key = "sk-of-a-client";

    private static readonly string[] OfAModel = ["name", "model", "modified_at", "size", "digest", "details", "capabilities"];
    private static readonly string[] OfDetails = ["parent_model", "format", "family", "families", "parameter_size", "quantization_level"];

    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task It_passes_for_an_Ollama_that_is_new_enough()
    {
        using var root = await _lockkeeper.GetAsync("/");
        (await root.Content.ReadAsStringAsync()).ShouldBe("Ollama is running");
        root.Content.Headers.ContentType?.MediaType.ShouldBe("text/plain");
        var version = (await _lockkeeper.JsonAsync("/api/version")).GetProperty("version").GetString()!;
        Version.Parse(version).ShouldBeGreaterThanOrEqualTo(new Version(0, 6, 4)); // as VS Code compares it
        foreach (var path in (string[])["/", "/api/version", "/api/tags", "/api/ps"])
        {
            using var head = await _lockkeeper.HeadAsync(path);
            head.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }
    }

    [Fact]
    public async Task Every_model_of_every_engine_is_listed_with_every_field()
    {
        await Eventually.True(async () => (await TagsAsync(_lockkeeper))[0].GetProperty("details").GetProperty("family").GetString() == "llama", "the file of the demo model has been read");
        var models = await TagsAsync(_lockkeeper);
        models.Select(model => model.GetProperty("model").GetString()).ShouldBe(["demo", "org/embed"], "what is disabled cannot be asked for");
        foreach (var model in models)
        {
            model.EnumerateObject().Select(member => member.Name).ShouldBe(OfAModel);
            model.GetProperty("name").GetString().ShouldBe(model.GetProperty("model").GetString());
            model.GetProperty("details").EnumerateObject().Select(member => member.Name).ShouldBe(OfDetails);
            model.GetProperty("details").GetProperty("families").ValueKind.ShouldBe(JsonValueKind.Array);
            model.GetProperty("size").GetUInt64();
            model.GetProperty("digest").GetString()!.ShouldMatch("^[0-9a-f]{64}$");
            DateTimeOffset.ParseExact(model.GetProperty("modified_at").GetString()!, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);
        }

        models[0].GetProperty("size").GetInt64().ShouldBe(new FileInfo(Repository.DemoGuide).Length);
        models[0].GetProperty("details").GetProperty("format").GetString().ShouldBe("gguf");
        models[0].GetProperty("digest").GetString().ShouldNotBe(models[1].GetProperty("digest").GetString());
        Capabilities(models[1]).ShouldBe(["embedding"]);
        (await TagsAsync(_lockkeeper))[0].ToString().ShouldBe(models[0].ToString(), "it stays what it is");
    }

    [Theory]
    [InlineData("""{"model":"demo"}""")]
    [InlineData("""{"name":"DEMO:latest"}""")]
    [InlineData("""{"model":"guide:LATEST","verbose":true}""")]
    public async Task A_model_says_what_it_can_do_and_how_much_it_takes(string body)
    {
        await Eventually.True(async () => (await TagsAsync(_lockkeeper))[0].GetProperty("size").GetInt64() > 0, "its file has been read");
        var shown = await ShowAsync(_lockkeeper, body);
        Capabilities(shown).ShouldContain("completion");
        var info = shown.GetProperty("model_info");
        info.GetProperty("general.architecture").GetString().ShouldBe("llama");
        info.GetProperty("general.basename").GetString().ShouldBe("demo");
        info.GetProperty("llama.context_length").GetInt32().ShouldBe(1024, "as it is served, not as it was trained");
        info.GetProperty("llama.embedding_length").GetInt32().ShouldBeGreaterThan(0);
        info.GetProperty("general.parameter_count").GetInt64().ShouldBeGreaterThan(0);
        shown.GetProperty("parameters").GetString()!.Split('\n').Select(line => line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ShouldBe(
            [["num_ctx", "1024"], ["temperature", "0.5"], ["stop", "\"<|im_end|>\""], ["stop", "\"\\n\""]]);
        shown.GetProperty("template").GetString()!.ShouldContain("messages");
        shown.GetProperty("modelfile").GetString()!.ShouldSatisfyAllConditions(
            text => text.ShouldStartWith("FROM demo\n"),
            text => text.ShouldNotContain(Path.GetDirectoryName(Repository.DemoGuide)!));
        shown.GetProperty("details").EnumerateObject().Select(member => member.Name).ShouldBe(OfDetails);
    }

    [Theory]
    [InlineData("""{"model":"nobody"}""", 404, "model 'nobody' not found", "model_not_found")]
    [InlineData("""{"model":7}""", 400, "'model' must be a string.", "invalid_value")]
    [InlineData("""{"model":"\ud800"}""", 400, "'model' is not valid Unicode.", "invalid_value")]
    [InlineData("{}", 400, "'model' is required.", "invalid_value")]
    [InlineData("[1]", 400, "The request body is not valid JSON: it is not an object.", "invalid_json")]
    public async Task What_is_asked_wrongly_is_told_in_the_shape_of_Ollama(string body, int status, string words, string code)
    {
        foreach (var route in (string[])["/api/show", "/api/pull"])
        {
            using var answer = await _lockkeeper.PostAsync(route, body);
            await ShouldBeErrorAsync(answer, status, code, words);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_404_in_the_shape_of_Ollama()
    {
        foreach (var path in (string[])["/api/me", "/api/experimental/aliases", "/api/nothing"])
        {
            using var answer = await _lockkeeper.GetAsync(path);
            await ShouldBeErrorAsync(answer, 404, "unknown_route", $"There is no GET {path} here.");
        }

        using var method = await _lockkeeper.GetAsync("/api/show");
        await ShouldBeErrorAsync(method, 405, "method_not_allowed", "/api/show does not take GET, but POST.");
    }

    [Fact]
    public async Task What_is_loaded_says_when_it_will_be_unloaded()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            pools: { gpu: { policy: fit, memory: 1GiB } }
            engines: { e: { command: ["{{FakeEngine.Executable}}", "--port", "{port}", "--id", "{id}"] } }
            models:
              stays: { engine: e, memory: 8MiB }
              goes: { engine: e, memory: 4MiB, idle_timeout: 1h, context_length: 2048 }
            """);
        (await lockkeeper.JsonAsync("/api/ps")).ToString().ShouldBe("""{"models":[]}""");
        await lockkeeper.AnswerAsync("stays");
        await lockkeeper.AnswerAsync("goes");
        var models = (await lockkeeper.JsonAsync("/api/ps")).GetProperty("models").EnumerateArray().ToList();
        models.Select(model => model.GetProperty("name").GetString()).ShouldBe(["stays", "goes"]);
        models[1].EnumerateObject().Select(member => member.Name).ShouldBe(["name", "model", "size", "digest", "details", "expires_at", "size_vram", "context_length"]);
        var expiries = models.ConvertAll(model => DateTimeOffset.Parse(model.GetProperty("expires_at").GetString()!, CultureInfo.InvariantCulture));
        expiries[0].Year.ShouldBe(2318);
        (expiries[1] - TimeProvider.System.GetUtcNow()).ShouldBe(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        models[1].GetProperty("context_length").GetInt32().ShouldBe(2048);
        models[1].GetProperty("size").GetInt64().ShouldBeGreaterThanOrEqualTo(models[1].GetProperty("size_vram").GetInt64());
    }

    [Fact]
    public async Task A_pull_of_what_is_here_succeeds_at_once()
    {
        using var streamed = await _lockkeeper.PostAsync("/api/pull", """{"model":"demo:latest"}""");
        streamed.Content.Headers.ContentType?.MediaType.ShouldBe("application/x-ndjson");
        (await streamed.Content.ReadAsStringAsync()).ShouldBe("{\"status\":\"pulling manifest\"}\n{\"status\":\"success\"}\n");
        using var whole = await _lockkeeper.PostAsync("/api/pull", """{"name":"demo","stream":false}""");
        (await whole.Content.ReadAsStringAsync()).Trim().ShouldBe("""{"status":"success"}""");
        using var other = await _lockkeeper.PostAsync("/api/pull", """{"model":"elsewhere"}""");
        await ShouldBeErrorAsync(other, 404, "model_not_found", "model 'elsewhere' not found");
        _lockkeeper.Engines.ShouldBeEmpty("nothing was loaded for that");
    }

    [Fact]
    public async Task A_pull_of_what_nobody_has_is_passed_to_an_Ollama_and_served_at_once()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Ollama(ollama.Url));
        using var pulled = await lockkeeper.PostAsync("/api/pull", """{"model":"b"}""");
        (await pulled.LinesAsync().ToListAsync()).ShouldBe(
        [
            """{"status":"pulling manifest"}""",
            .. from part in Enumerable.Range(0, 3) select $$"""{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a0746a1ec1a","total":300,"completed":{{part * 150}}}""",
            """{"status":"success"}""",
        ]);
        (await TagsAsync(lockkeeper)).Select(model => model.GetProperty("name").GetString()).ShouldBe(["a:latest", "b:latest"]);
        (await ShowAsync(lockkeeper, """{"model":"B"}""")).GetProperty("model_info").GetProperty("general.basename").GetString().ShouldBe("b:latest");
    }

    [Fact]
    public async Task How_far_a_pull_is_is_told_while_it_runs()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a --load-delay 600000");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Ollama(ollama.Url));
        using var pulling = await lockkeeper.PostAsync("/api/pull", """{"model":"b"}""");
        (await pulling.LinesAsync().Take(2).ToListAsync())[^1].ShouldBe("""{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a0746a1ec1a","total":300,"completed":0}""");
    }

    [Fact]
    public async Task An_Ollama_that_is_gone_is_502_in_words()
    {
        var ollama = await Daemon.StartAsync("--ollama --models a");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Ollama(ollama.Url));
        await ollama.DisposeAsync();
        using var answer = await lockkeeper.PostAsync("/api/pull", """{"model":"b"}""");
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldSatisfyAllConditions(
            said => said.StatusCode.ShouldBe(HttpStatusCode.BadGateway),
            said => said.Item2.ShouldContain("The engine 'ollama' does not answer: "));
    }

    [Fact]
    public async Task What_an_Ollama_has_stored_is_changed_only_where_that_is_allowed()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a,b");
        await using (var guarded = await LockkeeperProcess.StartAsync(Ollama(ollama.Url)))
        {
            foreach (var path in (string[])["/api/create", "/api/copy", "/api/push", "/api/delete", "/api/blobs/sha256:00"])
            {
                using var answer = await guarded.PostAsync(path, """{"model":"a"}""");
                await ShouldBeErrorAsync(answer, 403, "destructive_ollama_api", $"POST {path} changes the models that an Ollama has stored, and is not passed on (allow_destructive_ollama_api).");
            }
        }

        await using var open = await LockkeeperProcess.StartAsync(Ollama(ollama.Url) + "allow_destructive_ollama_api: true\n");
        using var deleted = await open.SendAsync("/api/delete", Encoding.UTF8.GetBytes("""{"model":"a"}"""), HttpMethod.Delete);
        (deleted.StatusCode, await deleted.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "{}"));
        (await TagsAsync(open)).Select(model => model.GetProperty("name").GetString()).ShouldBe(["b:latest"]);
        using var unknown = await open.PostAsync("/api/create", """{"model":"c"}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound, "that is the engine's own word");
    }

    [Fact]
    public async Task Without_an_Ollama_there_is_nobody_to_pass_it_to()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Config() + "allow_destructive_ollama_api: true\n");
        using var answer = await lockkeeper.PostAsync("/api/copy", """{"source":"a","destination":"b"}""");
        await ShouldBeErrorAsync(answer, 501, "no_ollama_engine", "POST /api/copy is for an engine of lifecycle ollama, and none is configured.");
    }

    [Fact]
    public async Task A_key_sees_its_models_and_fetches_no_others()
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        await using var ollama = await Daemon.StartAsync("--ollama --models a,b");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(
            $"server: {{ api_keys: [{{ name: one, key: 'sha256:{hash}', models: [mine] }}] }}\n{Ollama(ollama.Url)}models: {{ mine: {{ engine: ollama, request_model: a }}, other: {{ engine: ollama, request_model: b }} }}\n");
        async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpMethod method, string path, string body)
        {
            using var answer = await lockkeeper.SendAsync(path, Encoding.UTF8.GetBytes(body), method, headers => headers.TryAddWithoutValidation("Authorization", $"Bearer {Key}"));
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        JsonElement.Parse((await AskAsync(HttpMethod.Get, "/api/tags", "")).Text).GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()).ShouldBe(["mine"]);
        (await AskAsync(HttpMethod.Post, "/api/show", """{"model":"other"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await AskAsync(HttpMethod.Post, "/api/pull", """{"model":"third"}""")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AskAsync(HttpMethod.Post, "/api/delete", """{"model":"mine"}""")).Text.ShouldContain("scope_missing");
        using var stranger = await lockkeeper.GetAsync("/api/tags");
        (stranger.StatusCode, JsonElement.Parse(await stranger.Content.ReadAsStringAsync()).GetProperty("error").ValueKind).ShouldBe((HttpStatusCode.Unauthorized, JsonValueKind.String));
    }

    [Fact]
    public async Task Codex_finds_the_list_that_it_calls_an_answer_broken_without()
    {
        (await _lockkeeper.JsonAsync("/v1/models?client_version=0.169.0")).GetProperty("models").GetArrayLength().ShouldBe(0);
        (await _lockkeeper.JsonAsync("/v1/models")).TryGetProperty("models", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_model_of_an_Ollama_is_what_that_Ollama_says_it_is()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a,embed-b");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Ollama(ollama.Url));
        await Eventually.True(async () => await TagsAsync(lockkeeper) is [var first, _] && Capabilities(first).Count() > 1, "its models have been asked for");
        var (own, told) = ((await ollama.JsonAsync("/api/tags")).GetProperty("models")[0], (await TagsAsync(lockkeeper))[0]);
        told.GetProperty("size").GetInt64().ShouldBe(own.GetProperty("size").GetInt64());
        told.GetProperty("digest").GetString().ShouldBe(own.GetProperty("digest").GetString());
        told.GetProperty("modified_at").GetDateTimeOffset().ShouldBe(own.GetProperty("modified_at").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        told.GetProperty("details").ToString().ShouldBe("""{"parent_model":"","format":"gguf","family":"qwen3","families":["qwen3"],"parameter_size":"8.2B","quantization_level":"Q4_K_M"}""");
        Capabilities(told).ShouldBe(["completion", "tools", "thinking"]);
        Capabilities((await TagsAsync(lockkeeper))[1]).ShouldBe(["embedding"]);

        var shown = await ShowAsync(lockkeeper, """{"model":"a"}""");
        Capabilities(shown).ShouldBe(["completion", "tools", "thinking"]);
        shown.GetProperty("model_info").GetProperty("general.parameter_count").GetInt64().ShouldBe(8_190_735_360);
        shown.GetProperty("model_info").GetProperty("qwen3.context_length").GetInt32().ShouldBe(40960);
        shown.GetProperty("parameters").GetString().ShouldBe("", "how much context it serves is the Ollama's own affair");
        var model = await lockkeeper.JsonAsync("/v1/models/a:latest");
        (model.GetProperty("quantization").GetString(), model.GetProperty("parameters").GetInt64(), model.GetProperty("trained_context_length").GetInt32()).ShouldBe(("Q4_K_M", 8_190_735_360, 40960));

        await lockkeeper.JsonAsync("/api/tags");
        (await ollama.JsonAsync("/__loads")).GetProperty("shown").GetInt32().ShouldBe(2, "each is asked for once");
    }

    private static string Config() => $$"""
        engines:
          builtin: { preset: builtin }
          e: { command: ["{{FakeEngine.Executable}}", "--port", "{port}", "--id", "{id}"] }
        models:
          demo: { engine: builtin, path: '{{Repository.DemoGuide}}', aliases: [guide], context_length: 1024, defaults: { temperature: 0.5, stop: ["<|im_end|>", "\n"] } }
          org/embed: { engine: e, type: embedding }
          off: { engine: e, enabled: false }

        """;

    private static string Ollama(string url) => $"engines: {{ ollama: {{ lifecycle: ollama, url: \"{url}\" }} }}\n";

    private static async Task<List<JsonElement>> TagsAsync(LockkeeperProcess lockkeeper) => [.. (await lockkeeper.JsonAsync("/api/tags")).GetProperty("models").EnumerateArray()];

    private static async Task<JsonElement> ShowAsync(LockkeeperProcess lockkeeper, string body)
    {
        using var answer = await lockkeeper.PostAsync("/api/show", body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static IEnumerable<string?> Capabilities(JsonElement model) => model.GetProperty("capabilities").EnumerateArray().Select(word => word.GetString());

    private static async Task ShouldBeErrorAsync(HttpResponseMessage answer, int status, string code, string words)
    {
        var text = await answer.Content.ReadAsStringAsync();
        var error = JsonElement.Parse(text);
        ((int)answer.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("error").GetString()).ShouldBe((status, code, words), text);
    }

    /// <summary>For the stories that load nothing and change nothing.</summary>
    public sealed class Router() : SharedRouter(Config());
}
