using System.Net;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Engines that are units of systemd, with a systemd of the test's own. Whatever a unit does, the next request for another model is answered.</summary>
[Collection(Lanes.Watching)]
public sealed class SystemdTests
{
    [Fact]
    public async Task A_unit_serves_goes_for_another_engine_and_comes_back()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", always: true));

        var first = await lockkeeper.AnswerAsync("u");
        first.ShouldBe($"fake u pid={systemd.PidOf("u.service")}");
        (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances")[0].GetProperty("pid").GetInt32().ShouldBe(systemd.PidOf("u.service")!.Value);

        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.StateOf("u.service").ShouldBe("inactive", "an explicit stop holds, although it is always started again");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("p");

        var second = await lockkeeper.AnswerAsync("u");
        second.ShouldBe($"fake u pid={systemd.PidOf("u.service")}");
        second.ShouldNotBe(first);
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("u");
        systemd.Calls.ShouldContain("--user --no-pager --no-ask-password reset-failed -- u.service");
    }

    [Fact]
    public async Task A_unit_that_was_started_is_stopped_at_the_end_and_one_that_ran_before_is_left_running()
    {
        await using var systemd = new FakeSystemd();
        var (ours, theirs) = (systemd.Add("u.service"), systemd.Add("before.service"));
        await systemd.RunAsync("start", "before.service");
        var pid = systemd.PidOf("before.service");
        await using (var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            pools: { one: {}, two: {} }
            engines:
              for-u: { lifecycle: systemd, unit: u.service, url: "http://127.0.0.1:{{ours}}", pool: one }
              for-before: { lifecycle: systemd, unit: before.service, url: "http://127.0.0.1:{{theirs}}", pool: two }
            models: { u: { engine: for-u }, before: { engine: for-before } }
            """, path: systemd.SearchPath))
        {
            (await lockkeeper.AnswerAsync("before")).ShouldBe($"fake before pid={pid}");
            await lockkeeper.AnswerAsync("u");
            (await lockkeeper.StopAsync()).ShouldBe(0);
        }

        systemd.StateOf("u.service").ShouldBe("inactive");
        systemd.PidOf("before.service").ShouldBe(pid);
    }

    [Fact]
    public async Task A_unit_that_runs_already_is_taken_over_before_the_first_request_and_goes_for_another_engine()
    {
        await using var systemd = new FakeSystemd();
        var port = systemd.Add("u.service");
        await systemd.RunAsync("start", "u.service");
        await using var lockkeeper = await StartAsync(systemd, port);
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.StateOf("u.service").ShouldBe("inactive");
    }

    [Fact]
    public async Task A_unit_that_is_started_again_behind_our_back_is_stopped_again()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", revives: 1));
        systemd.Set("u.service", "later", "yes");
        await lockkeeper.AnswerAsync("u");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.StateOf("u.service").ShouldBe("inactive");
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("p");
        await lockkeeper.SaysAsync("Unit u.service was told to stop (time 1) and is not down: it is active (running)");
    }

    [Fact]
    public async Task A_unit_that_nothing_keeps_down_is_given_up_with_the_evidence_and_others_are_served()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", revives: 99));
        await lockkeeper.AnswerAsync("u");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        await lockkeeper.SaysAsync("unit 'u.service' was stopped 3 times and is not down: it is active (running)");
        await lockkeeper.SaysAsync("it holds too little to be in the way");
        await systemd.QuietAsync();
    }

    [Fact]
    public async Task A_unit_that_hangs_when_told_to_stop_is_killed_by_systemd_after_stop_timeout()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", "--ignore-term"), "stop_timeout: 500ms");
        await lockkeeper.AnswerAsync("u");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.PidOf("u.service").ShouldBeNull();
        systemd.Calls.ShouldContain("--user --no-pager --no-ask-password kill --signal=SIGKILL -- u.service");
        await lockkeeper.SaysAsync("Unit u.service does not stop and is killed by systemd");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_unit_that_dies_while_it_serves_is_told_with_its_evidence_and_the_next_request_starts_it_again(bool always)
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", always: always));
        var first = await lockkeeper.AnswerAsync("u");

        using var failed = await lockkeeper.AskAsync("u", "crash=0 code=7");
        var error = await failed.ErrorAsync();
        error.Status.ShouldBe(502);
        error.Code.ShouldBe("engine_failed");
        error.Message.ShouldContain("unit 'u.service' has ended while it was ready");
        error.Message.ShouldContain("crashing as asked");

        var second = await lockkeeper.AnswerAsync("u");
        second.ShouldBe($"fake u pid={systemd.PidOf("u.service")}");
        second.ShouldNotBe(first);
        lockkeeper.Engines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_became_of_a_unit_that_has_died_is_waited_for_though_systemd_has_started_it_again()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", always: true));
        await lockkeeper.AnswerAsync("u");
        systemd.Set("u.service", "slow", "yes"); // what it has logged is told later than it is up again
        using var failed = await lockkeeper.AskAsync("u", "crash=0 code=7");
        var error = await failed.ErrorAsync();
        error.Code.ShouldBe("engine_failed");
        error.Message.ShouldContain("unit 'u.service' has ended while it was ready");
    }

    [Fact]
    public async Task A_unit_that_stands_still_is_started_anew_before_it_is_given_the_next_request()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service"), "stop_timeout: 500ms");
        var before = await lockkeeper.AnswerAsync("u");
        await lockkeeper.RestedAsync();
        LockkeeperProcess.Signal("STOP", systemd.PidOf("u.service")!.Value);

        var after = await lockkeeper.AnswerAsync("u");
        after.ShouldBe($"fake u pid={systemd.PidOf("u.service")}");
        after.ShouldNotBe(before);
        await lockkeeper.SaysAsync("unit 'u.service' lives, but does not work any more: GET /health had no answer");
    }

    [Fact]
    public async Task A_unit_that_dies_idle_is_noticed()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service"));
        await lockkeeper.AnswerAsync("u");
        LockkeeperProcess.Signal("KILL", systemd.PidOf("u.service")!.Value);
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").GetArrayLength() == 0, "it is no instance any more");
        (await lockkeeper.AnswerAsync("u")).ShouldStartWith("fake u ");
    }

    [Theory]
    [InlineData(false, "unit 'u.service' ended before it was ready: it is failed (failed, result exit-code 3)")]
    [InlineData(true, "unit 'u.service' does not come up, and systemd starts it again and again")]
    public async Task A_unit_that_fails_to_start_is_a_503_with_what_it_logged_and_stays_down(bool always, string told)
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", "--print no-model-file-says-the-engine --exit-at-start 3", always));
        using var refused = await lockkeeper.AskAsync("u");
        var error = await refused.ErrorAsync();
        error.Status.ShouldBe(503);
        error.Code.ShouldBe("engine_start_failed");
        error.Message.ShouldContain(told);
        error.Message.ShouldContain("no-model-file-says-the-engine");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.PidOf("u.service").ShouldBeNull();
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("p");
    }

    [Fact]
    public async Task A_unit_that_may_not_be_started_is_a_503_in_systemds_words()
    {
        await using var systemd = new FakeSystemd();
        var port = systemd.Add("u.service");
        systemd.Set("u.service", "refuse", "yes");
        await using var lockkeeper = await StartAsync(systemd, port);
        using var refused = await lockkeeper.AskAsync("u");
        (await refused.ErrorAsync()).Message.ShouldContain("'systemctl --user start u.service' exited with 4: Failed to start u.service: Access denied");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
    }

    [Fact]
    public async Task A_unit_that_is_missing_is_a_503_that_says_so()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, Daemon.FreePort());
        using var refused = await lockkeeper.AskAsync("u");
        var error = await refused.ErrorAsync();
        (error.Status, error.Code).ShouldBe((503, "engine_start_failed"));
        error.Message.ShouldContain("unit 'u.service' cannot be started: there is no such unit");
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
    }

    [Fact]
    public async Task Without_systemctl_nothing_is_stopped_for_the_unit()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, Daemon.FreePort(), path: "/nowhere");
        var resident = await lockkeeper.AnswerAsync("p");
        using var refused = await lockkeeper.AskAsync("u");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await refused.ErrorAsync()).Message.ShouldContain("executable 'systemctl' not found (looked in /nowhere); an engine with lifecycle: systemd is started and stopped with it");
        (await lockkeeper.AnswerAsync("p")).ShouldBe(resident, "the same process");
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_unit_starts_leaves_nothing_running_when_others_wait()
    {
        await using var systemd = new FakeSystemd();
        await using var lockkeeper = await StartAsync(systemd, systemd.Add("u.service", "--never-ready"));
        using var leave = new CancellationTokenSource();
        var asked = lockkeeper.AskAsync("u", leave: leave.Token);
        await Eventually.True(() => systemd.StateOf("u.service") == "active", "it is being started");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asked);
        (await lockkeeper.AnswerAsync("p")).ShouldStartWith("fake p ");
        systemd.StateOf("u.service").ShouldBe("inactive");
    }

    /// <summary>A model <c>u</c> that is a unit, and a model <c>p</c> that is a process, in a pool that holds one.</summary>
    private static Task<LockkeeperProcess> StartAsync(FakeSystemd systemd, int port, string keys = "stop_timeout: 10s", string? path = null) => LockkeeperProcess.StartAsync(
        $$"""
        engines:
          unit: { lifecycle: systemd, unit: u.service, url: "http://127.0.0.1:{{port}}", {{keys}} }
          process: { command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}"] }
        models: { u: { engine: unit }, p: { engine: process } }
        """,
        path: path ?? systemd.SearchPath);
}
