using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What a process may be asked for besides a port: a port of its own, its own way to end, a file for what it prints, and proof that it is ready.</summary>
[Collection(Lanes.Waiting)]
public sealed class ProcessKeysTests
{
    [Fact]
    public async Task An_engine_that_says_ready_too_early_is_asked_for_a_token_first()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["early"] = "--early 700", ["good"] = "" },
            EngineKeys = { ["ready"] = "{ completion: true }" },
        });
        (await lockkeeper.AnswerAsync("early")).ShouldStartWith("fake early ");
        (await lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
    }

    [Fact]
    public async Task An_engine_whose_completion_never_comes_fails_with_what_it_said()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["liar"] = "--early 60000", ["hangs"] = "--fault hang", ["good"] = "" },
            EngineKeys = { ["ready"] = "{ completion: true }" },
            StartTimeout = "6s",
        });
        using var refused = await lockkeeper.AskAsync("liar");
        (await refused.ErrorAsync()).Message.ShouldContain("a completion of one token failed: POST /v1/chat/completions answered 503: fake error 503");
        using var hung = await lockkeeper.AskAsync("hangs");
        (await hung.ErrorAsync()).Message.ShouldContain("POST /v1/chat/completions has not answered yet");
        (await lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
    }

    [Fact]
    public async Task What_the_answer_must_say_is_waited_for()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["a"] = "" },
            EngineKeys = { ["ready"] = "{ json: status == fine }" },
            StartTimeout = "5s",
        });
        using var refused = await lockkeeper.AskAsync("a");
        (await refused.ErrorAsync()).Message.ShouldContain("GET /health answered 200, but 'status == fine' does not hold: status is \"ok\"");
    }

    [Fact]
    public async Task A_port_of_its_own_is_used_again_and_again_by_all_models_of_the_engine()
    {
        var port = Daemon.FreePort();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(OnPort(port, "b: { engine: e }"));
        foreach (var model in (string[])["a", "b", "a"])
        {
            (await lockkeeper.AnswerAsync(model)).ShouldStartWith($"fake {model} ");
            lockkeeper.Engines.ShouldHaveSingleItem().Port.ShouldBe(port);
        }
    }

    [Fact]
    public async Task A_port_that_somebody_has_is_a_503_that_names_him()
    {
        await using var stranger = await Daemon.StartAsync("");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(OnPort(stranger.Port));
        using var refused = await lockkeeper.AskAsync("a");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Message.ShouldContain($"its port {stranger.Port} (engines.e.url) is taken by another process (pid {stranger.Pid}, fake-engine)");
        await stranger.DisposeAsync();
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Theory]
    [InlineData("{ signal: SIGINT }")]
    [InlineData("{ path: /__shutdown }")]
    public async Task It_is_asked_to_end_in_its_own_way(string stop)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ignore-term", ["b"] = "" }, EngineKeys = { ["stop"] = stop }, StopTimeout = "30s" });
        await lockkeeper.AnswerAsync("a");
        var start = TimeProvider.System.GetTimestamp();
        await lockkeeper.AnswerAsync("b");
        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(25), "stop_timeout is 30 s");
        lockkeeper.Said.ShouldNotContain("has ignored");
    }

    [Fact]
    public async Task One_that_does_not_know_its_own_way_is_signalled()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" }, EngineKeys = { ["stop"] = "{ path: /no/such/path }" } });
        await lockkeeper.AnswerAsync("a");
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        await lockkeeper.SaysAsync("POST /no/such/path answered 404");
    }

    [Fact]
    public async Task What_it_prints_is_appended_to_its_file()
    {
        var folder = Directory.CreateTempSubdirectory("lockkeeper-log-");
        try
        {
            var file = Path.Combine(folder.FullName, "logs", "engine.log");
            await using (var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--print first-word", ["b"] = "--print second-word" }, EngineKeys = { ["log_file"] = file } }))
            {
                await lockkeeper.AnswerAsync("a");
                await lockkeeper.AnswerAsync("b");
            }

            (await File.ReadAllLinesAsync(file)).ShouldBe(["first-word", "second-word"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_full_disk_harms_no_engine_and_is_said_once()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--noise 1", ["b"] = "" }, EngineKeys = { ["log_file"] = "/dev/full" } });
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        await lockkeeper.SaysAsync("log_file '/dev/full' cannot be written");
        lockkeeper.Said.Split('\n').Count(line => line.Contains("log_file '/dev/full' cannot be written")).ShouldBe(1);
    }

    private static string OnPort(int port, string others = "") => $$"""
        engines:
          e: { url: "http://127.0.0.1:{{port}}", command: ["{{FakeEngine.Executable}}", "--port", "{port}", "--id", "{id}"] }
        models:
          a: { engine: e }
          {{others}}
        """;
}
