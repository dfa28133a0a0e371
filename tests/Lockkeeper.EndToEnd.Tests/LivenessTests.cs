using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Engines whose process lives and which are dead all the same, and those that only look so.</summary>
[Collection(Lanes.Watching)]
public sealed class LivenessTests
{
    [Fact]
    public async Task An_engine_that_stands_still_is_replaced_before_it_is_given_the_next_request()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" } });
        var before = await lockkeeper.AnswerAsync("a");
        await lockkeeper.RestedAsync();
        LockkeeperProcess.Signal("STOP", lockkeeper.Engines.ShouldHaveSingleItem().Pid);

        var after = await lockkeeper.AnswerAsync("a");
        after.ShouldStartWith("fake a ");
        after.ShouldNotBe(before, "the answer names the process");
        await lockkeeper.SaysAsync("the process lives, but does not work any more: GET /health had no answer");
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
    }

    [Fact]
    public async Task An_engine_whose_worker_has_died_is_replaced_and_the_request_answered()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--fork-worker" } });
        await lockkeeper.AnswerAsync("a");
        var parent = ProcessTable.ChildrenOf(lockkeeper.Pid).Single(pid => ProcessTable.CommandLine(pid).Contains("--fork-worker"));
        var worker = lockkeeper.Engines.Single(engine => engine.Pid != parent).Pid;
        LockkeeperProcess.Signal("KILL", worker);
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
        ProcessTable.IsAlive(parent).ShouldBeFalse();
    }

    [Fact]
    public async Task A_request_whose_worker_dies_of_it_is_tried_once_more_and_told_why()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--fork-worker" } });
        await lockkeeper.AnswerAsync("a");
        using var answer = await lockkeeper.AskAsync("a", "crash=0 kill");
        var error = await answer.ErrorAsync();
        (error.Status, error.Code).ShouldBe((502, "engine_failed"));
        error.Message.ShouldContain("the process lives, but does not work any more: GET /health failed: Connection refused");
        await lockkeeper.SaysAsync("a#2: ready");
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
        await lockkeeper.SaysAsync("a#3: ready");
        lockkeeper.Said.ShouldNotContain("a#4: ");
    }

    [Fact]
    public async Task A_request_that_meets_a_dying_engine_is_answered_by_the_next()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        for (var i = 0; i < 2; i++)
        {
            await lockkeeper.AnswerAsync("a");
            LockkeeperProcess.Signal("KILL", lockkeeper.Engines.ShouldHaveSingleItem().Pid);
            (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
        }
    }

    [Fact]
    public async Task A_generator_that_died_behind_a_healthy_face_is_found_out_and_the_stream_told()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--mute-after 1", ["b"] = "" } });
        using (var first = await lockkeeper.AskAsync("a", stream: true))
        {
            (await first.LinesAsync().ToListAsync()).Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        }

        using (var hanging = await lockkeeper.AskAsync("a", stream: true))
        {
            // It was kept alive before it was known that there would be no answer: the error is the stream's last event.
            var error = (await hanging.LinesAsync().ToListAsync()).Single(line => line.StartsWith("data: {\"error\":", StringComparison.Ordinal));
            error.ShouldContain("engine_failed");
            error.ShouldContain("no byte came for");
            error.ShouldContain("GET /health answered 200, POST /v1/chat/completions had no answer for 10 s");
        }

        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_slow_prefill_in_the_only_slot_is_not_death()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--one-slot" } });
        using (var first = await lockkeeper.AskAsync("a", stream: true))
        {
            await first.LinesAsync().ToListAsync();
        }

        var engine = lockkeeper.Engines.ShouldHaveSingleItem().Pid;
        using var slow = await lockkeeper.AskAsync("a", "burn=28000", stream: true);
        var lines = await slow.LinesAsync().ToListAsync();
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        lines.ShouldContain(": processing the prompt", "its client is kept alive meanwhile");
        lockkeeper.Engines.ShouldHaveSingleItem().Pid.ShouldBe(engine);
    }
}
