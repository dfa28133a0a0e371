using System.Net;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Engines that fail in every way an engine can. Each time the client learns what happened, and the next request recovers by itself.</summary>
public sealed class EngineFaultTests(EngineFaultTests.Router router) : IClassFixture<EngineFaultTests.Router>
{
    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task A_missing_program_is_a_clean_503_and_another_model_still_works()
    {
        using var refused = await _lockkeeper.AskAsync("missing");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Code.ShouldBe("engine_start_failed");
        error.Message.ShouldContain("no-such-engine-anywhere");
        (await _lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
    }

    [Fact]
    public async Task A_missing_program_leaves_the_resident_model_alone()
    {
        await _lockkeeper.AnswerAsync("good");
        using var refused = await _lockkeeper.AskAsync("missing-too");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await _lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
    }

    [Fact]
    public async Task A_crash_is_told_with_its_exit_code_though_another_model_waits_for_the_memory()
    {
        string[] models = ["a", "b", "c", "d", "e", "f"];
        var config = new TestConfig { Models = { ["other"] = "" }, Scheduling = { ["turn_factor"] = "0" } };
        foreach (var model in models)
        {
            config.Models[model] = "";
        }

        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        foreach (var model in models)
        {
            await lockkeeper.AnswerAsync(model);
            using var crashing = await lockkeeper.AskAsync(model, "crash=2 delay=50 code=7", stream: true);
            var other = lockkeeper.AnswerAsync("other");
            (await crashing.LinesAsync().ToListAsync()).ShouldContain(line => line.Contains("exit code 7"));
            (await other).ShouldStartWith("fake other ");
        }
    }

    [Fact]
    public async Task An_engine_that_exits_at_start_is_a_503_with_its_code_and_its_last_lines()
    {
        using var refused = await _lockkeeper.AskAsync("broken");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Code.ShouldBe("engine_start_failed");
        error.Message.ShouldContain("exit code 3");
        error.Message.ShouldContain("out-of-memory-says-the-engine");
        await _lockkeeper.SaysAsync("out-of-memory-says-the-engine");
        (await _lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
    }

    [Fact]
    public async Task An_engine_that_is_never_ready_is_a_503_after_start_timeout_and_is_stopped()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["slow"] = "--never-ready", ["good"] = "" }, StartTimeout = "3s" });

        var watch = TimeProvider.System.GetTimestamp();
        using var refused = await lockkeeper.AskAsync("slow");
        var waited = TimeProvider.System.GetElapsedTime(watch);
        (await refused.ErrorAsync()).ShouldSatisfyAllConditions(
            error => error.Status.ShouldBe(503),
            error => error.Code.ShouldBe("engine_start_failed"));
        waited.ShouldBeInRange(TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(30));
        (await lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("good");
    }

    [Fact]
    public async Task A_slow_start_is_waited_for()
    {
        var since = TimeProvider.System.GetTimestamp();
        (await _lockkeeper.AnswerAsync("slow")).ShouldStartWith("fake slow ");
        TimeProvider.System.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.4));
    }

    [Theory]
    [InlineData("exits", "crash=2 code=7 chunks=9 delay=20")]
    [InlineData("is-killed", "crash=2 kill chunks=9 delay=20")]
    [InlineData("closes", "close=2 chunks=9 delay=20")]
    public async Task A_stream_whose_engine_dies_ends_in_an_error_and_the_next_request_starts_it_again(string model, string fault)
    {
        var first = await _lockkeeper.AnswerAsync(model);

        using var response = await _lockkeeper.AskAsync(model, fault, stream: true);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var lines = await response.LinesAsync().ToListAsync();
        lines.ShouldContain(line => line.Contains("t1 "));
        lines.ShouldNotContain(line => line.Contains("t2 "));
        lines.ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("engine_failed"));
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");

        var second = await _lockkeeper.AnswerAsync(model);
        second.ShouldStartWith($"fake {model} ");
        if (fault.StartsWith("crash"))
        {
            second.ShouldNotBe(first, "the answer names the process: a new one has to have been started");
        }
    }

    [Fact]
    public async Task An_engine_that_dies_before_it_answers_is_a_502_with_its_exit_code()
    {
        using var failed = await _lockkeeper.AskAsync("dies", "crash=0 code=7");
        var error = await failed.ErrorAsync();
        error.Status.ShouldBe(502);
        error.Code.ShouldBe("engine_failed");
        error.Message.ShouldContain("exit code 7");
        error.Message.ShouldContain("crashing as asked");
        (await _lockkeeper.AnswerAsync("dies")).ShouldStartWith("fake dies ");
    }

    [Fact]
    public async Task An_idle_engine_that_is_killed_is_started_again_by_the_next_request()
    {
        await _lockkeeper.AnswerAsync("idle");
        var killed = _lockkeeper.Engines.ShouldHaveSingleItem();
        LockkeeperProcess.Signal("KILL", killed.Pid);
        await Eventually.True(() => IsDeadWithAllItsThreads(killed.Pid), "it is dead");

        // At once: the router need not have heard of it yet.
        (await _lockkeeper.AnswerAsync("idle")).ShouldStartWith("fake idle ");
        _lockkeeper.Engines.ShouldHaveSingleItem().Pid.ShouldNotBe(killed.Pid);
    }

    [Fact]
    public async Task An_engine_that_is_killed_while_it_answers_ends_its_stream_and_is_started_again()
    {
        await _lockkeeper.AnswerAsync("busy"); // alone from here on
        using var response = await _lockkeeper.AskAsync("busy", "chunks=2 stall=2", stream: true);
        var lines = new List<string>();
        await foreach (var line in response.LinesAsync())
        {
            lines.Add(line);
            if (line.Contains("t1 "))
            {
                LockkeeperProcess.Signal("KILL", _lockkeeper.Engines.ShouldHaveSingleItem().Pid);
            }
        }

        lines.ShouldContain(line => line.StartsWith("data: {\"error\":"));
        (await _lockkeeper.AnswerAsync("good")).ShouldStartWith("fake good ");
        (await _lockkeeper.AnswerAsync("busy")).ShouldStartWith("fake busy ");
    }

    [Fact]
    public async Task An_engine_that_ignores_SIGTERM_is_killed_and_never_meets_the_next_one()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["stubborn"] = "--ignore-term", ["b"] = "" }, StopTimeout = "500ms" });
        await using var watch = new EngineWatch(lockkeeper);
        await lockkeeper.AnswerAsync("stubborn");
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        (await lockkeeper.AnswerAsync("stubborn")).ShouldStartWith("fake stubborn ");
        watch.MostAtOnce.ShouldBe(1);
        watch.Models.ShouldBe(["stubborn", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_worker_that_outlives_its_parent_is_gone_before_the_next_engine_starts()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["forks"] = "--fork-worker", ["b"] = "" }, StopTimeout = "500ms" });
        await using (var watch = new EngineWatch(lockkeeper))
        {
            await lockkeeper.AnswerAsync("forks");
            await Eventually.True(() => watch.MostAtOnce == 2, "the watch sees two processes where there are two: it is not blind");
        }

        var old = lockkeeper.Engines.Select(engine => engine.Pid).ToList();
        old.Count.ShouldBe(2);
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        old.ShouldAllBe(pid => !ProcessTable.IsAlive(pid));
    }

    [Fact]
    public async Task An_engine_that_holds_memory_is_swapped_only_after_it_is_given_back()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["heavy"] = "--hold 600", ["b"] = "" } });
        await using var watch = new EngineWatch(lockkeeper);
        await lockkeeper.AnswerAsync("heavy");
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        watch.MostAtOnce.ShouldBe(1);
    }

    /// <summary>A process counts as dead when its first thread is; its sockets are open until the last one is. A request sent in between reaches a dying engine, and rightly fails.</summary>
    private static bool IsDeadWithAllItsThreads(int pid)
    {
        try
        {
            return !ProcessTable.IsAlive(pid) && Directory.EnumerateDirectories($"/proc/{pid}/task").Count() <= 1;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>An engine for each way to fail: what is remembered of one failure is not to meet the next story.</summary>
    public sealed class Router() : SharedRouter(new TestConfig
    {
        Models =
        {
            ["good"] = "", ["missing"] = "", ["missing-too"] = "", ["broken"] = "--print out-of-memory-says-the-engine --exit-at-start 3", ["slow"] = "--start-delay 700 --ready-delay 700",
            ["exits"] = "", ["is-killed"] = "", ["closes"] = "", ["dies"] = "", ["idle"] = "", ["busy"] = "",
        },
        Programs = { ["missing"] = "no-such-engine-anywhere", ["missing-too"] = "/no/such/engine" },
    });
}
