using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Engines with vLLM's sleep mode: put to sleep and woken where others are stopped and started.</summary>
[Collection(Lanes.Watching)]
public sealed class SleepTests
{
    [Fact]
    public async Task An_engine_that_sleeps_keeps_its_process_over_a_swap_and_back()
    {
        await using var lockkeeper = await StartAsync();
        var first = await lockkeeper.AnswerAsync("s");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        lockkeeper.Engines.Select(engine => engine.Model).Order().ShouldBe(["p", "s"]);
        (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").GetArrayLength().ShouldBe(1, "who sleeps is no instance");

        (await lockkeeper.AnswerAsync("s")).ShouldBe(first, "the answer names the process");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("s", "the other does not sleep");
        await lockkeeper.SaysAsync(": woken and ready after");

        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        (await lockkeeper.AnswerAsync("s")).ShouldBe(first);
        (await lockkeeper.StopAsync()).ShouldBe(0);
        await lockkeeper.NothingLeftAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Who_sleeps_ends_with_lockkeeper()
    {
        await using var lockkeeper = await StartAsync();
        await lockkeeper.AnswerAsync("s");
        await lockkeeper.AnswerAsync("p");
        lockkeeper.Engines.Count.ShouldBe(2);
        (await lockkeeper.StopAsync()).ShouldBe(0);
        await lockkeeper.NothingLeftAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_sleeper_that_has_died_is_started_anew()
    {
        await using var lockkeeper = await StartAsync();
        var first = await lockkeeper.AnswerAsync("s");
        await lockkeeper.AnswerAsync("p");
        LockkeeperProcess.Signal("KILL", lockkeeper.Engines.Single(engine => engine.Model == "s").Pid);
        await Eventually.True(() => lockkeeper.Engines.Count == 1, "it is dead");

        var second = await lockkeeper.AnswerAsync("s");
        second.ShouldStartWith("fake s ");
        second.ShouldNotBe(first);
        lockkeeper.Engines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_engine_that_cannot_sleep_is_stopped_and_the_log_says_why()
    {
        await using var lockkeeper = await StartAsync("--no-sleep");
        var first = await lockkeeper.AnswerAsync("s");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("p");
        await lockkeeper.SaysAsync("it did not fall asleep and is stopped: POST /sleep?level=1 answered 404");
        (await lockkeeper.AnswerAsync("s")).ShouldNotBe(first);
    }

    [Fact]
    public async Task One_that_dies_after_it_was_woken_is_told_with_its_evidence()
    {
        await using var lockkeeper = await StartAsync();
        await lockkeeper.AnswerAsync("s");
        await lockkeeper.AnswerAsync("p");
        await lockkeeper.AnswerAsync("s");
        using var failed = await lockkeeper.AskAsync("s", "crash=0 code=7");
        var error = await failed.ErrorAsync();
        (error.Status, error.Code).ShouldBe((502, "engine_failed"));
        error.Message.ShouldContain("exit code 7");
        (await lockkeeper.AnswerAsync("s")).ShouldStartWith("fake s ");
    }

    [Fact]
    public async Task Unloaded_by_force_it_does_not_sleep()
    {
        await using var lockkeeper = await StartAsync();
        await lockkeeper.AnswerAsync("s");
        using var unloaded = await lockkeeper.PostAsync("/admin/models/s/unload", """{"force":true}""");
        unloaded.IsSuccessStatusCode.ShouldBeTrue();
        lockkeeper.Engines.ShouldBeEmpty();
    }

    private static Task<LockkeeperProcess> StartAsync(string flags = "") => LockkeeperProcess.StartAsync(
        $$"""
        engines:
          sleeps: { command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}"{{(flags.Length == 0 ? "" : $", {flags}")}}], sleep: true }
          process: { command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}"] }
        models: { s: { engine: sleeps }, p: { engine: process } }
        """);
}
