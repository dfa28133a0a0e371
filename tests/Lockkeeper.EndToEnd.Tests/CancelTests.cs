using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>An operator ends a request: <c>DELETE /admin/queue/{request}</c>.</summary>
[Collection(Lanes.Waiting)]
public sealed class CancelTests
{
    private const string RequestId = "X-Lockkeeper-Request-Id";

    [Fact]
    public async Task A_waiting_request_leaves_the_queue_and_its_client_is_told_why()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await LoadAsync(lockkeeper);
        using var leave = new CancellationTokenSource();
        var running = lockkeeper.AskAsync("a", "hang", leave: leave.Token);
        await LatestAsync(lockkeeper, "answering");
        var waiting = lockkeeper.AskAsync("a");
        var id = (await LatestAsync(lockkeeper, "queued", position: 1)).GetProperty("id").GetString()!;

        using var cancelled = await lockkeeper.DeleteAsync($"/admin/queue/{id}");
        ((int)cancelled.StatusCode).ShouldBe(200);
        (await cancelled.Content.ReadAsStringAsync()).ShouldBe($$"""{"id":"{{id}}","cancelled":"waiting"}""");
        using var told = await waiting;
        (await told.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("cancelled_by_operator"), error => error.Message.ShouldContain(id));
        told.Header(RequestId).ShouldBe(id);
        (await lockkeeper.JsonAsync($"/admin/requests/{id}")).GetProperty("outcome").GetString().ShouldBe("cancelled");

        using var again = await lockkeeper.DeleteAsync($"/admin/queue/{id}");
        (await again.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(409), error => error.Code.ShouldBe("request_ended"));
        using var unknown = await lockkeeper.DeleteAsync("/admin/queue/nobody");
        (await unknown.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(404), error => error.Code.ShouldBe("request_not_found"));

        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        (await lockkeeper.Engines.Single().StateAsync()).GetProperty("peak").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("hang", false)]
    [InlineData("hang", true)]
    [InlineData("chunks=1000 delay=20", true)]
    public async Task A_running_request_is_aborted_at_its_engine_once_and_the_next_one_runs(string fault, bool stream)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await LoadAsync(lockkeeper);
        var running = lockkeeper.AskAsync("a", fault, stream);
        var id = (await LatestAsync(lockkeeper, "answering")).GetProperty("id").GetString()!;
        await Eventually.True(async () => await EngineAsync("in_flight") == 1, "the engine is at it");
        if (fault != "hang")
        {
            (await running).EnsureSuccessStatusCode();
        }

        using var cancelled = await lockkeeper.DeleteAsync($"/admin/queue/{id}");
        ((int)cancelled.StatusCode).ShouldBe(202);
        using var told = await running;
        if (fault == "hang")
        {
            (await told.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("cancelled_by_operator"));
        }
        else
        {
            var lines = await told.LinesAsync().ToListAsync();
            lines.ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("cancelled_by_operator"));
            lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        }

        // One slot: were the lease given back before the engine's connection is closed, two would run at once.
        await lockkeeper.AnswerAsync("a");
        await Eventually.True(async () => await EngineAsync("aborted") == 1 && await EngineAsync("in_flight") == 0, "one request was aborted, and none is left");
        (await lockkeeper.JsonAsync($"/admin/requests/{id}")).ShouldSatisfyAllConditions(
            entry => entry.GetProperty("outcome").GetString().ShouldBe("cancelled"), entry => entry.GetProperty("blame").GetString().ShouldBe("router"));

        async Task<int> EngineAsync(string figure) => (await lockkeeper.Engines.Single().StateAsync()).GetProperty(figure).GetInt32();
    }

    [Fact]
    public async Task A_reader_that_stands_still_is_cut_off_when_its_request_is_cancelled()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await lockkeeper.AnswerAsync("a");
        using var stalled = await lockkeeper.AskAsync("a", "size=50000000");
        var id = stalled.Header(RequestId);
        await Eventually.True(async () => (await lockkeeper.Engines.Single().StateAsync()).GetProperty("in_flight").GetInt32() == 1, "the engine is at it");

        using var cancelled = await lockkeeper.DeleteAsync($"/admin/queue/{id}");
        ((int)cancelled.StatusCode).ShouldBe(202);
        await lockkeeper.AnswerAsync("a");
        (await LatestAsync(lockkeeper, "ended", id: id)).GetProperty("error").GetString().ShouldBe("cancelled_by_operator");
        await Should.ThrowAsync<HttpRequestException>(() => stalled.Content.ReadAsStringAsync());
    }

    /// <summary>The model is ready, and the request that had it loaded is over: its client has the answer a moment before, and it would pass for the next one.</summary>
    private static async Task LoadAsync(LockkeeperProcess lockkeeper)
    {
        await lockkeeper.AnswerAsync("a");
        await LatestAsync(lockkeeper, "ended");
    }

    /// <summary>The latest request, or the one of that id, once it has come so far; and so far in the line, which it joins a moment after it counts as queued.</summary>
    private static async Task<JsonElement> LatestAsync(LockkeeperProcess lockkeeper, string state, int? position = null, string? id = null)
    {
        JsonElement entry = default;
        await Eventually.True(
            async () =>
            {
                entry = id is null ? (await lockkeeper.JsonAsync("/admin/requests?limit=1")).GetProperty("requests")[0] : await lockkeeper.JsonAsync($"/admin/requests/{id}");
                var place = entry.GetProperty("position");
                return entry.GetProperty("state").GetString() == state && (position is null || (place.ValueKind == JsonValueKind.Number && place.GetInt32() == position));
            },
            $"the request is {state}");
        return entry;
    }
}
