using System.Net;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Models that are served on somebody else's machine: past the queue, whatever happens on this one.</summary>
[Collection(Lanes.Waiting)]
public sealed class CloudTests
{
    [Fact]
    public async Task A_cloud_model_answers_while_a_swap_runs_and_the_queue_is_full()
    {
        await using var cloud = await Daemon.StartAsync("--id there");
        await using var lockkeeper = await StartAsync(cloud, "--never-ready");
        using var leave = new CancellationTokenSource();
        var waiting = lockkeeper.AskAsync("local", leave: leave.Token);
        await Eventually.True(() => lockkeeper.Engines.Count == 1, "an engine is being started");
        using var refused = await lockkeeper.AskAsync("local");
        (await refused.ErrorAsync()).Code.ShouldBe("queue_full");

        (await lockkeeper.AnswerAsync("far")).ShouldBe($"fake there pid={cloud.Pid}");
        using var streamed = await lockkeeper.AskAsync("far", "chunks=2", stream: true);
        (await streamed.LinesAsync().ToListAsync()).ShouldContain("data: [DONE]");

        var instances = (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").EnumerateArray().Select(instance => instance.GetProperty("model").GetString());
        instances.ShouldBe(["local"], "it is in no pool");
        waiting.IsCompleted.ShouldBeFalse();
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task It_is_asked_for_by_the_name_it_has_there_and_never_shown_the_clients_key()
    {
        await using var cloud = await Daemon.StartAsync("--id there");
        await using var lockkeeper = await StartAsync(cloud);
        using var answer = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes(Client.Body("far", "echo")), headers =>
        {
            headers.TryAddWithoutValidation("Authorization", "Bearer of-the-client");
            headers.TryAddWithoutValidation("x-api-key", "of-the-client");
        });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var request = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("request");
        var body = JsonElement.Parse(request.GetProperty("body_base64").GetBytesFromBase64());
        body.GetProperty("model").GetString().ShouldBe("vendor/far-v2");
        request.GetProperty("headers").GetRawText().ShouldNotContain("of-the-client");
    }

    [Fact]
    public async Task It_is_shown_and_there_is_nothing_to_load_or_unload()
    {
        await using var cloud = await Daemon.StartAsync("--id there");
        await using var lockkeeper = await StartAsync(cloud);
        var engine = (await lockkeeper.JsonAsync("/status")).GetProperty("engines").GetProperty("cloud");
        engine.GetProperty("ready").GetBoolean().ShouldBeTrue();
        engine.GetProperty("base_url").GetString().ShouldBe(cloud.Url);
        engine.GetProperty("in_flight").GetInt32().ShouldBe(0);

        using var loaded = await lockkeeper.PostAsync("/admin/models/far/load");
        loaded.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var wish in (string[])["unload", "pin", "unpin"])
        {
            using var kept = await lockkeeper.PostAsync($"/admin/models/far/{wish}");
            var error = await kept.ErrorAsync();
            (error.Status, error.Code).ShouldBe((409, "engine_in_cloud"), wish);
        }
    }

    [Fact]
    public async Task Requests_there_are_counted_while_they_run()
    {
        await using var cloud = await Daemon.StartAsync("--id there");
        await using var lockkeeper = await StartAsync(cloud);
        using var leave = new CancellationTokenSource();
        var asked = lockkeeper.AskAsync("far", "hang", leave: leave.Token);
        await Eventually.True(async () => (await cloud.JsonAsync("/__state")).GetProperty("in_flight").GetInt32() == 1, "the cloud works on it");
        (await InFlight(lockkeeper)).ShouldBe(1);
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asked);
        await Eventually.True(async () => await InFlight(lockkeeper) == 0, "and no longer");
        await Eventually.True(async () => (await cloud.JsonAsync("/__state")).GetProperty("aborted").GetInt32() == 1, "the cloud has been told");
    }

    [Fact]
    public async Task A_cloud_that_is_down_is_an_error_and_others_are_served()
    {
        await using var cloud = await Daemon.StartAsync("--id there");
        await using var lockkeeper = await StartAsync(cloud);
        await cloud.DisposeAsync();
        using var failed = await lockkeeper.AskAsync("far");
        (await failed.ErrorAsync()).Status.ShouldBeOneOf(502, 503);
        (await lockkeeper.AnswerAsync("local")).ShouldStartWith("fake local ");
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000000,"prompt_tokens_details":{"cached_tokens":900000},"completion_tokens":0}}""", 0.39)]
    [InlineData("/v1/messages", """{"id":"m","type":"message","role":"assistant","model":"there","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"input_tokens":100000,"cache_read_input_tokens":800000,"cache_creation_input_tokens":100000,"output_tokens":0}}""", 0.735)]
    public async Task What_a_cloud_has_cached_costs_what_that_costs(string path, string answer, double usd)
    {
        await using var cloud = await Daemon.StartAsync("--id there --speaks /v1/messages");
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines:
              cloud: { lifecycle: cloud, url: "{{cloud.Url}}", dialects: [openai, anthropic] }
            models:
              far: { engine: cloud }
            prices:
              far: { input: 3, output: 15, cached_input: 0.1, cache_write: 3.55 }
            """);
        var raw = Convert.ToBase64String(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"));
        using var answered = await lockkeeper.SendAsync(path, Encoding.UTF8.GetBytes($$"""{"model":"far","max_tokens":5,"user":"fake: raw={{raw}}","messages":[{"role":"user","content":"hi"}]}"""));
        (await answered.Content.ReadAsStringAsync()).Contains("usage", StringComparison.Ordinal).ShouldBeTrue();
        await Eventually.True(async () => await SpentAsync(lockkeeper) > 0, "it is counted");
        (await SpentAsync(lockkeeper)).ShouldBe(usd, 1e-9);
    }

    [Fact]
    public async Task The_system_prompt_of_a_query_is_marked_for_the_clouds_cache_where_it_has_marks()
    {
        await using var cloud = await Daemon.StartAsync("--id there --speaks /v1/messages");
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines:
              marked: { lifecycle: cloud, url: "{{cloud.Url}}", dialects: [anthropic] }
              plain: { lifecycle: cloud, url: "{{cloud.Url}}" }
            models:
              claude: { engine: marked }
              gpt: { engine: plain }
            """);
        foreach (var (model, wanted) in new[] { ("claude", true), ("gpt", false) })
        {
            using var answered = await lockkeeper.SendAsync("/v1/query", Encoding.UTF8.GetBytes($$"""{"model":"{{model}}","prompt":"fake:","system":"Be brief.","cache_system":true}"""));
            var asked = Convert.FromBase64String((await cloud.JsonAsync("/__requests")).EnumerateArray().Last().GetProperty("body_base64").GetString()!);
            Encoding.UTF8.GetString(asked).Contains(""" "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}]""".Trim(), StringComparison.Ordinal).ShouldBe(wanted, Encoding.UTF8.GetString(asked));
        }
    }

    [Fact]
    public async Task The_program_that_stands_in_for_a_cloud_answers_in_every_dialect()
    {
        const string Messages = """ "messages":[{"role":"user","content":"hi"}]""";
        const string Prompt = """ "prompt":"hi" """;
        var folder = Directory.CreateTempSubdirectory("claude");
        var program = Path.Combine(folder.FullName, "claude");
        try
        {
            await File.WriteAllTextAsync(program, """
                #!/bin/sh
                cat >/dev/null
                echo '{"type":"result","is_error":false,"result":"Said by claude.","stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":5}}'
                """);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            await using var lockkeeper = await LockkeeperProcess.StartAsync("""
                engines: { anthropic: { preset: anthropic } }
                models: { claude: { engine: anthropic } }
                """, variables: new Dictionary<string, string> { ["SLUICE_CLAUDE_BIN"] = program });
            foreach (var (path, words) in new[]
            {
                ("/v1/chat/completions", Messages), ("/v1/responses", "\"input\":\"hi\""), ("/v1/messages", $"\"max_tokens\":9,{Messages}"),
                ("/api/chat", Messages), ("/api/generate", Prompt), ("/v1/query", Prompt),
            })
            {
                using var answered = await lockkeeper.SendAsync(path, Encoding.UTF8.GetBytes($$"""{"model":"claude","stream":false,{{words}}}"""));
                (await answered.Content.ReadAsStringAsync()).ShouldContain("Said by claude.", customMessage: path);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> SpentAsync(LockkeeperProcess lockkeeper) =>
        (await lockkeeper.JsonAsync("/admin/spending")).GetProperty("models")[0].GetProperty("spent_usd").GetDouble();

    private static async Task<int> InFlight(LockkeeperProcess lockkeeper) =>
        (await lockkeeper.JsonAsync("/status")).GetProperty("engines").GetProperty("cloud").GetProperty("in_flight").GetInt32();

    /// <summary>A model <c>far</c> in the cloud, and a model <c>local</c> that is a process; one place to wait in.</summary>
    private static Task<LockkeeperProcess> StartAsync(Daemon cloud, string flags = "--ready-delay, \"0\"") => LockkeeperProcess.StartAsync(
        $$"""
        scheduling: { max_queue: 1 }
        engines:
          cloud: { lifecycle: cloud, url: "{{cloud.Url}}" }
          process: { command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}", {{flags}}] }
        models:
          far: { engine: cloud, path: vendor/far-v2 }
          local: { engine: process }
        """);
}
