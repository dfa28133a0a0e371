using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>How things stand, and steering by hand.</summary>
public sealed class AdminTests
{
    [Fact]
    public async Task The_queue_the_instances_and_the_pools_show_who_waits_for_what()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" } });
        await lockkeeper.AnswerAsync("a");
        await InstanceAsync(lockkeeper, one => one.GetProperty("in_flight").GetInt32() == 0);
        using var leave = new CancellationTokenSource();
        var running = lockkeeper.AskAsync("a", "hang", leave: leave.Token);
        var instance = await InstanceAsync(lockkeeper, one => one.GetProperty("in_flight").GetInt32() == 1);
        instance.ShouldSatisfyAllConditions(
            one => one.GetProperty("instance").GetString().ShouldBe("a#1"),
            one => one.GetProperty("model").GetString().ShouldBe("a"),
            one => one.GetProperty("state").GetString().ShouldBe("ready"),
            one => one.GetProperty("pool").GetString().ShouldBe("default"),
            one => one.GetProperty("pid").GetInt32().ShouldBe(lockkeeper.Engines.Single().Pid),
            one => one.GetProperty("base_url").GetString().ShouldBe($"http://127.0.0.1:{lockkeeper.Engines.Single().Port}"),
            one => one.GetProperty("ready_since").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(60)),
            one => one.GetProperty("idle_since").ValueKind.ShouldBe(JsonValueKind.Null),
            one => one.GetProperty("pinned").GetBoolean().ShouldBeFalse());

        var low = lockkeeper.SendAsync("/v1/chat/completions", """{"model":"b","priority":"low"}"""u8.ToArray(), leave: leave.Token);
        await QueueAsync(lockkeeper, 1);
        var high = lockkeeper.SendAsync("/v1/chat/completions", """{"model":"b","priority":"high"}"""u8.ToArray(), leave: leave.Token);
        var queue = await QueueAsync(lockkeeper, 2);
        queue.Select(ticket => (ticket.GetProperty("position").GetInt32(), ticket.GetProperty("priority").GetString(), ticket.GetProperty("model").GetString()))
            .ShouldBe([(1, "high", "b"), (2, "low", "b")]);
        foreach (var ticket in queue)
        {
            (await lockkeeper.JsonAsync($"/admin/requests/{ticket.GetProperty("id").GetString()}")).GetProperty("position").GetInt32().ShouldBe(ticket.GetProperty("position").GetInt32());
            ticket.GetProperty("age_ms").GetInt64().ShouldBeInRange(0, 60_000);
            ticket.GetProperty("deadline").GetDateTimeOffset().ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddSeconds(-10));
        }

        var pool = (await lockkeeper.JsonAsync("/admin/pools")).GetProperty("pools").EnumerateArray().Single();
        (pool.GetProperty("pool").GetString(), pool.GetProperty("policy").GetString()).ShouldBe(("default", "exclusive"));

        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Task.WhenAll(running, low, high));
        await QueueAsync(lockkeeper, 0);
    }

    [Fact]
    public async Task A_failed_start_leaves_its_evidence()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["bad"] = "--print broken-gpu --exit-at-start 7" } });
        using (await lockkeeper.AskAsync("bad"))
        {
        }

        (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("failures").EnumerateArray().First().ShouldSatisfyAllConditions(
            failure => failure.GetProperty("instance").GetString().ShouldBe("bad#1"),
            failure => failure.GetProperty("exit_code").GetInt32().ShouldBe(7),
            failure => failure.GetProperty("last_output").EnumerateArray().ShouldContain(line => line.GetString() == "broken-gpu"));
    }

    [Fact]
    public async Task Load_answers_when_the_model_is_ready_and_unload_when_its_engine_is_gone()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["org/a"] = "--ready-delay 300", ["b"] = "" } });
        using var loaded = await lockkeeper.PostAsync("/admin/models/org/a/load");
        ((int)loaded.StatusCode).ShouldBe(200);
        var one = JsonElement.Parse(await loaded.Content.ReadAsStringAsync()).GetProperty("instances").EnumerateArray().Single();
        (one.GetProperty("model").GetString(), one.GetProperty("state").GetString()).ShouldBe(("org/a", "ready"));

        using var swapped = await lockkeeper.PostAsync("/admin/models/b/load");
        lockkeeper.Engines.Single().Model.ShouldBe("b");

        using var unloaded = await lockkeeper.PostAsync("/admin/models/b/unload");
        ((int)unloaded.StatusCode).ShouldBe(200);
        JsonElement.Parse(await unloaded.Content.ReadAsStringAsync()).GetProperty("instances").GetArrayLength().ShouldBe(0);
        lockkeeper.Engines.ShouldBeEmpty();

        using var posted = await lockkeeper.PostAsync("/admin/models/b/load?wait=false");
        ((int)posted.StatusCode).ShouldBe(202);
        posted.Headers.Location!.OriginalString.ShouldBe("/admin/instances");
        await InstanceAsync(lockkeeper, instance => instance.GetProperty("state").GetString() == "ready");
        (await lockkeeper.JsonAsync("/admin/models")).GetProperty("models").EnumerateArray().First().ShouldSatisfyAllConditions(
            model => model.GetProperty("id").GetString().ShouldBe("org/a"),
            model => model.GetProperty("resident").GetBoolean().ShouldBeFalse(),
            model => model.GetProperty("load_s").GetDouble().ShouldBeGreaterThan(0.25),
            model => model.GetProperty("max_concurrency").GetInt32().ShouldBe(1));
    }

    [Fact]
    public async Task An_id_is_found_whatever_letters_it_has()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["org/a"] = "", ["50%20off"] = "", ["grün"] = "" } });
        foreach (var path in new[] { "org/a/pin", "org%2Fa/pin", "org%2fa/pin/", "50%2520off/pin", "gr%C3%BCn/pin" })
        {
            using var pinned = await lockkeeper.PostAsync($"/admin/models/{path}");
            ((int)pinned.StatusCode).ShouldBe(200, path);
        }
    }

    [Fact]
    public async Task Unload_waits_for_what_is_in_flight_and_force_does_not()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await lockkeeper.AnswerAsync("a");
        await InstanceAsync(lockkeeper, one => one.GetProperty("in_flight").GetInt32() == 0);
        var slow = lockkeeper.AskAsync("a", "first=1500");
        await EngineIsAtItAsync(lockkeeper);
        using var unloaded = await lockkeeper.PostAsync("/admin/models/a/unload");
        lockkeeper.Engines.ShouldBeEmpty("or it has not waited for what ran there");
        (await slow).EnsureSuccessStatusCode();

        await lockkeeper.AnswerAsync("a");
        await InstanceAsync(lockkeeper, one => one.GetProperty("in_flight").GetInt32() == 0);
        var hanging = lockkeeper.AskAsync("a", "hang");
        await EngineIsAtItAsync(lockkeeper);
        using var forced = await lockkeeper.PostAsync("/admin/models/a/unload", """{"force":true}""");
        ((int)forced.StatusCode).ShouldBe(200);
        using var cut = await hanging;
        (await cut.ErrorAsync()).ShouldSatisfyAllConditions(
            error => error.Status.ShouldBe(503),
            error => error.Code.ShouldBe("engine_stopped"),
            error => error.Message.ShouldContain("by force"));
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_model_is_pinned_and_unpinned_by_hand()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        using var loaded = await lockkeeper.PostAsync("/admin/models/a/load");
        using var pinned = await lockkeeper.PostAsync("/admin/models/a/pin");
        JsonElement.Parse(await pinned.Content.ReadAsStringAsync()).GetProperty("instances")[0].GetProperty("pinned").GetBoolean().ShouldBeTrue();
        using var unpinned = await lockkeeper.PostAsync("/admin/models/a/unpin");
        JsonElement.Parse(await unpinned.Content.ReadAsStringAsync()).GetProperty("instances")[0].GetProperty("pinned").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_drain_nothing_is_resident_and_nothing_admitted_until_resume()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await lockkeeper.AnswerAsync("a");
        await InstanceAsync(lockkeeper, one => one.GetProperty("in_flight").GetInt32() == 0);
        var running = lockkeeper.AskAsync("a", "first=800");
        await InstanceAsync(lockkeeper, instance => instance.GetProperty("in_flight").GetInt32() == 1);
        using var drained = await lockkeeper.PostAsync("/admin/drain");
        ((int)drained.StatusCode).ShouldBe(200);
        (await running).EnsureSuccessStatusCode();
        lockkeeper.Engines.ShouldBeEmpty();
        (await lockkeeper.JsonAsync("/admin/queue")).GetProperty("drained").GetBoolean().ShouldBeTrue();
        using var refused = await lockkeeper.AskAsync("a");
        (await refused.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("drained"));
        using var load = await lockkeeper.PostAsync("/admin/models/a/load");
        (await load.ErrorAsync()).Code.ShouldBe("drained");

        using var resumed = await lockkeeper.PostAsync("/admin/resume");
        (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_wish_that_makes_no_sense_is_refused_in_words()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["good"] = "", ["bad"] = "--exit-at-start 3" } });
        (await ErrorAsync("/admin/models/god/load")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(404), error => error.Message.ShouldContain("'good'"));
        (await ErrorAsync("/admin/models/good/explode")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(404), error => error.Code.ShouldBe("unknown_route"));
        (await ErrorAsync("/admin/models/good/unload", "{")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(400), error => error.Code.ShouldBe("invalid_json"));
        (await ErrorAsync("/admin/models/good/unload", """{"force":"yes"}""")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(400), error => error.Param.ShouldBe("force"));
        (await ErrorAsync("/admin/drain?wait=maybe")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(400), error => error.Param.ShouldBe("wait"));
        (await ErrorAsync("/admin/models/bad/load")).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("engine_start_failed"));
        using var got = await lockkeeper.GetAsync("/admin/models/good/load");
        ((int)got.StatusCode).ShouldBe(405, "a GET changes nothing");
        using var limit = await lockkeeper.GetAsync("/admin/requests?limit=0");
        ((int)limit.StatusCode).ShouldBe(400);

        async Task<ApiError> ErrorAsync(string path, string body = "")
        {
            using var response = await lockkeeper.PostAsync(path, body);
            return await response.ErrorAsync();
        }
    }

    /// <summary>It has a slot a moment before the engine has it; and one that no engine has seen is not cut, but tried again.</summary>
    private static async Task EngineIsAtItAsync(LockkeeperProcess lockkeeper) =>
        await Eventually.True(async () => (await lockkeeper.Engines.Single().StateAsync()).GetProperty("in_flight").GetInt32() == 1, "the engine is at it");

    private static async Task<JsonElement> InstanceAsync(LockkeeperProcess lockkeeper, Func<JsonElement, bool> until)
    {
        JsonElement found = default;
        await Eventually.True(
            async () =>
            {
                found = (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").EnumerateArray().FirstOrDefault();
                return found.ValueKind == JsonValueKind.Object && until(found);
            },
            "the instance has come so far");
        return found;
    }

    private static async Task<List<JsonElement>> QueueAsync(LockkeeperProcess lockkeeper, int length)
    {
        List<JsonElement> queue = [];
        await Eventually.True(async () => (queue = [.. (await lockkeeper.JsonAsync("/admin/queue")).GetProperty("queue").EnumerateArray()]).Count == length, $"{length} wait");
        return queue;
    }
}
