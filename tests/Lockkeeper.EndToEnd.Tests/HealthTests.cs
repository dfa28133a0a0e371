using System.Net;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What monitoring sees: it follows what is, at once, and costs little.</summary>
[Collection(Lanes.Watching)]
public sealed class HealthTests
{
    [Fact]
    public async Task The_health_of_the_whole_follows_what_its_engines_do()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ready-delay 1500", ["broken"] = "--exit-at-start 3" } });
        var idle = await lockkeeper.JsonAsync("/v1/health");
        idle.GetProperty("status").GetString().ShouldBe("ok");
        (idle.GetProperty("current_model").ValueKind, idle.GetProperty("models_ready").GetInt32(), idle.GetProperty("models_total").GetInt32()).ShouldBe((JsonValueKind.Null, 0, 2));
        idle.GetProperty("memory_status").GetString().ShouldBeOneOf("healthy", "warning", "degraded", "critical");
        var memory = idle.GetProperty("memory");
        memory.GetProperty("used_gb").GetDouble().ShouldBe(memory.GetProperty("total_gb").GetDouble() - memory.GetProperty("available_gb").GetDouble(), 0.05);

        var loading = lockkeeper.AnswerAsync("a");
        await Eventually.True(async () => (await StatusAsync(lockkeeper)) == "warming", "it loads");
        await loading;
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/v1/health")).GetProperty("request_count").GetInt64() == 1, "the request is over, a moment after its client has the answer");
        var ready = await lockkeeper.JsonAsync("/v1/health");
        (ready.GetProperty("status").GetString(), ready.GetProperty("current_model").GetString(), ready.GetProperty("request_count").GetInt64()).ShouldBe(("ok", "a", 1L));
        ready.GetProperty("models").GetRawText().ShouldBe("""[{"id":"a","state":"ready"}]""");
        ready.GetProperty("model_status").GetRawText().ShouldBe("""{"a":"ready","broken":"pending"}""");
        ready.GetProperty("backends").GetRawText().ShouldBe("{}", "neither engine has an address of its own");

        for (var i = 0; i < 3; i++)
        {
            using var refused = await lockkeeper.AskAsync("broken");
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        // It is left alone for two seconds, which may be over by now; and for twice as long each time that it fails again.
        JsonElement degraded = default;
        await Eventually.True(
            async () =>
            {
                degraded = await lockkeeper.JsonAsync("/v1/health");
                using var refused = await lockkeeper.AskAsync("broken");
                return degraded.GetProperty("status").GetString() == "degraded";
            },
            "the health of the whole is degraded");
        degraded.GetProperty("troubles")[0].GetString()!.ShouldContain("'broken'");
        using var backingOff = await lockkeeper.AskAsync("broken");
        (await backingOff.ErrorAsync()).Message.ShouldContain("exit code 3");
        using var health = await lockkeeper.GetAsync("/health");
        (await health.Content.ReadAsStringAsync()).ShouldBe("""{"status":"ok"}""");
        foreach (var route in (string[])["/health", "/v1/health", "/v1/backends/health"])
        {
            using var head = await lockkeeper.HeadAsync(route);
            (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.OK, 0));
        }
    }

    [Fact]
    public async Task The_queue_is_told_in_the_nine_numbers_of_sluice()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        var idle = await lockkeeper.JsonAsync("/v1/queue/status");
        idle.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["pending", "active", "active_elapsed_s", "total_served", "total_rejected", "total_timeouts", "total_errors", "avg_latency_ms", "uptime_s"]);
        await lockkeeper.AnswerAsync("a");
        await Eventually.True(async () => await lockkeeper.JsonAsync("/v1/queue/status") is var now && now.GetProperty("active").GetInt32() == 0 && now.GetProperty("total_served").GetInt64() == 1, "the first one is over");
        using var leave = new CancellationTokenSource();
        var running = lockkeeper.AskAsync("a", "hang", leave: leave.Token);
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/v1/queue/status")).GetProperty("active").GetInt32() == 1, "the request runs");
        var waiting = lockkeeper.AskAsync("a", leave: leave.Token);
        await Eventually.True(async () => await lockkeeper.JsonAsync("/v1/queue/status") is var now && now.GetProperty("pending").GetInt32() == 1 && now.GetProperty("active_elapsed_s").GetDouble() > 0, "the other one waits");
        var busy = await lockkeeper.JsonAsync("/v1/queue/status");
        (busy.GetProperty("active").GetInt32(), busy.GetProperty("total_served").GetInt64()).ShouldBe((1, 1L));
        busy.GetProperty("avg_latency_ms").GetDouble().ShouldBeGreaterThan(0);
        (await lockkeeper.JsonAsync("/v1/health")).GetProperty("queue").EnumerateObject().Select(member => member.Name).ShouldContain("active_elapsed_s");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task Each_backend_is_asked_and_one_that_hangs_delays_nobody_for_longer_than_two_seconds()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["good"] = "", ["stopped"] = "", ["idle"] = "", ["off"] = "", ["broken"] = "--exit-at-start 3" },
            ModelKeys = { ["good"] = "memory: 100MiB", ["stopped"] = "memory: 100MiB", ["idle"] = "memory: 100MiB", ["off"] = "enabled: false", ["broken"] = "memory: 100MiB" },
            Pools = { ["default"] = "policy: fit, memory: 8GiB" },
        });
        await lockkeeper.AnswerAsync("good");
        await lockkeeper.AnswerAsync("stopped");
        for (var i = 0; i < 3; i++)
        {
            using var refused = await lockkeeper.AskAsync("broken");
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        lockkeeper.Engines.Count.ShouldBe(2, lockkeeper.Said);
        LockkeeperProcess.Signal("STOP", lockkeeper.Engines.Single(engine => engine.Model == "stopped").Pid);
        var since = TimeProvider.System.GetTimestamp();
        var health = await lockkeeper.JsonAsync("/v1/backends/health");
        TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(30), "it would hang for ever");
        health.EnumerateObject().Select(model => (model.Name, model.Value.GetProperty("status").GetString())).ShouldBe(
            [("good", "healthy"), ("stopped", "timeout"), ("idle", "unreachable"), ("off", "disabled"), ("broken", "error")]);
        health.GetProperty("good").EnumerateObject().Select(member => member.Name).ShouldBe(["status", "port", "model_id", "backend", "state", "http_status"]);
        health.GetProperty("good").GetProperty("port").GetInt32().ShouldBe(lockkeeper.Engines.Single(engine => engine.Model == "good").Port);
        health.GetProperty("stopped").GetProperty("error").GetString().ShouldBe("Health check timed out after 2s");
        health.GetProperty("idle").GetProperty("error").GetString().ShouldBe("Not loaded - the next request starts it");
        health.GetProperty("broken").GetProperty("error").GetString()!.ShouldContain("exit code 3");
        health.GetProperty("off").EnumerateObject().Select(member => member.Name).ShouldBe(["status", "port", "model_id"]);
        LockkeeperProcess.Signal("CONT", lockkeeper.Engines.Single(engine => engine.Model == "stopped").Pid);
    }

    [Fact]
    public async Task A_pinned_model_that_dies_is_there_again_without_a_request()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, ModelKeys = { ["a"] = "pinned: true, preload: true" } });
        await Eventually.True(() => lockkeeper.Engines.Count == 1, "it is preloaded");
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/v1/health")).GetProperty("models_ready").GetInt32() == 1, "it is ready");
        for (var i = 0; i < 3; i++)
        {
            var killed = lockkeeper.Engines.ShouldHaveSingleItem().Pid;
            LockkeeperProcess.Signal("KILL", killed);
            await Eventually.True(() => lockkeeper.Engines is [var engine] && engine.Pid != killed, "another runs, after the back-off at the third time");
            await Eventually.True(async () => (await lockkeeper.JsonAsync("/v1/health")).GetProperty("models_ready").GetInt32() == 1, "it is ready");
        }
    }

    private static async Task<string?> StatusAsync(LockkeeperProcess lockkeeper) => (await lockkeeper.JsonAsync("/v1/health")).GetProperty("status").GetString();
}
