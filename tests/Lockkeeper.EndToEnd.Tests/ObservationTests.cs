using System.Globalization;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What can be seen of a request: its name, its headers, its page in the journal, and what is counted.</summary>
public sealed class ObservationTests
{
    private const string RequestId = "X-Lockkeeper-Request-Id";

    [Fact]
    public async Task Every_answer_names_its_request_whatever_it_is()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        List<HttpResponseMessage> answers =
        [
            await lockkeeper.GetAsync("/health"), await lockkeeper.GetAsync("/v1/models"), await lockkeeper.GetAsync("/metrics"), await lockkeeper.GetAsync("/admin/requests"),
            await lockkeeper.GetAsync("/nothing"), await lockkeeper.AskAsync("unknown"), await lockkeeper.AskAsync("a"), await lockkeeper.AskAsync("a", "status=400"),
            await lockkeeper.AskAsync("a", stream: true), await lockkeeper.SendAsync("/v1/chat/completions", "{"u8.ToArray()),
        ];
        var ids = answers.Select(answer => answer.Header(RequestId)).ToList();
        ids.ShouldAllBe(id => id.Length == 16);
        ids.ShouldBeUnique();
        ids.SequenceEqual(ids.Order(StringComparer.Ordinal)).ShouldBeTrue("they sort by time");
        answers.ForEach(answer => answer.Dispose());
    }

    [Fact]
    public async Task The_engine_is_told_the_name_unless_the_client_has_one_of_its_own()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        using var unnamed = await lockkeeper.AskAsync("a");
        using var named = await lockkeeper.SendAsync("/v1/chat/completions", """{"model":"a"}"""u8.ToArray(), headers => headers.Add("X-Request-Id", "mine/1"));

        var told = (await lockkeeper.Engines.Single().RequestsAsync()).EnumerateArray()
            .Select(request => request.GetProperty("headers").EnumerateArray().Single(pair => string.Equals(pair[0].GetString(), "X-Request-Id", StringComparison.OrdinalIgnoreCase))[1].GetString());
        told.ShouldBe([unnamed.Header(RequestId), "mine/1"]);
        (await EndedAsync(lockkeeper, named.Header(RequestId))).GetProperty("client_request_id").GetString().ShouldBe("mine/1");
    }

    [Fact]
    public async Task The_journal_tells_what_became_of_a_request_and_the_headers_how_long_it_waited()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ready-delay 600" } });
        using var first = await lockkeeper.SendAsync("/v1/chat/completions", """{"model":"a","priority":"high"}"""u8.ToArray());
        var queue = int.Parse(first.Header("X-Lockkeeper-Queue-Ms"), CultureInfo.InvariantCulture);
        var load = int.Parse(first.Header("X-Lockkeeper-Load-Ms"), CultureInfo.InvariantCulture);
        load.ShouldBeInRange(550, queue);
        (await EndedAsync(lockkeeper, first.Header(RequestId))).ShouldSatisfyAllConditions(
            entry => entry.GetProperty("model").GetString().ShouldBe("a"),
            entry => entry.GetProperty("priority").GetString().ShouldBe("high"),
            entry => entry.GetProperty("route").GetString().ShouldBe("/v1/chat/completions"),
            entry => entry.GetProperty("outcome").GetString().ShouldBe("answered"),
            entry => entry.GetProperty("status").GetInt32().ShouldBe(200),
            entry => entry.GetProperty("instance").GetString().ShouldBe("a#1"),
            entry => entry.GetProperty("queue_ms").GetInt32().ShouldBe(queue),
            entry => entry.GetProperty("load_ms").GetInt32().ShouldBe(load),
            entry => entry.GetProperty("first_byte_ms").GetInt32().ShouldBeInRange(queue, entry.GetProperty("duration_ms").GetInt32()),
            entry => entry.GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(0),
            entry => entry.GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0),
            entry => entry.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null));

        using var second = await lockkeeper.AskAsync("a");
        (second.Header("X-Lockkeeper-Queue-Ms"), second.Header("X-Lockkeeper-Load-Ms")).ShouldBe(("0", "0"));
        using var refused = await lockkeeper.AskAsync("other");
        (await EndedAsync(lockkeeper, refused.Header(RequestId))).ShouldSatisfyAllConditions(
            entry => entry.GetProperty("outcome").GetString().ShouldBe("refused"),
            entry => entry.GetProperty("error").GetString().ShouldBe("model_not_found"),
            entry => entry.GetProperty("blame").GetString().ShouldBe("client"),
            entry => entry.GetProperty("status").GetInt32().ShouldBe(404));
        (await lockkeeper.JsonAsync("/admin/requests?limit=2")).GetProperty("requests").EnumerateArray().Select(entry => entry.GetProperty("id").GetString())
            .ShouldBe([refused.Header(RequestId), second.Header(RequestId)]);
    }

    [Fact]
    public async Task A_stream_whose_headers_went_out_early_ends_in_a_comment_with_its_figures_and_no_other_does()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["slow"] = "--ready-delay 900" }, KeepAliveInterval = "100ms" });
        using var early = await lockkeeper.AskAsync("slow", stream: true);
        early.Headers.Contains("X-Lockkeeper-Queue-Ms").ShouldBeFalse();
        var lines = await early.LinesAsync().ToListAsync();
        lines[^2].ShouldBe("data: [DONE]");
        lines[^1].ShouldMatch($@"^: lockkeeper request={early.Header(RequestId)} queue_ms=\d{{3,}} load_ms=\d{{3,}}$");

        using var prompt = await lockkeeper.AskAsync("slow", stream: true);
        prompt.Header("X-Lockkeeper-Queue-Ms").ShouldBe("0");
        (await prompt.LinesAsync().ToListAsync()).Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
    }

    [Fact]
    public async Task A_refusal_after_a_wait_says_how_long_it_was()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["never"] = "--never-ready" }, StartTimeout = "700ms" });
        using var refused = await lockkeeper.AskAsync("never");
        ((int)refused.StatusCode).ShouldBe(503);
        int.Parse(refused.Header("X-Lockkeeper-Queue-Ms"), CultureInfo.InvariantCulture).ShouldBeGreaterThan(650);
        (await EndedAsync(lockkeeper, refused.Header(RequestId))).GetProperty("outcome").GetString().ShouldBe("failed");
    }

    [Fact]
    public async Task After_a_swap_the_metrics_tell_all_its_phases_and_who_was_answered()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ready-delay 300", ["b"] = "" } });
        await lockkeeper.AnswerAsync("a");
        await lockkeeper.AnswerAsync("b");
        using (await lockkeeper.AskAsync("nonsense"))
        {
        }

        Dictionary<string, double> figures = [];
        await Eventually.True(
            async () =>
            {
                figures = await FiguresAsync(lockkeeper);
                return figures.GetValueOrDefault("lockkeeper_requests_total{model=b,priority=medium,outcome=answered,blame=none}") == 1;
            },
            "the last answer is counted");
        figures["lockkeeper_requests_total{model=a,priority=medium,outcome=answered,blame=none}"].ShouldBe(1);
        figures["lockkeeper_requests_total{model=other,priority=none,outcome=refused,blame=client}"].ShouldBe(1);
        figures["lockkeeper_swap_phase_seconds_count{phase=load}"].ShouldBe(2);
        figures["lockkeeper_swap_phase_seconds_sum{phase=load}"].ShouldBeGreaterThan(0.3);
        foreach (var phase in (string[])["drain", "stop", "settle"])
        {
            figures[$"lockkeeper_swap_phase_seconds_count{{phase={phase}}}"].ShouldBe(1);
        }

        figures["lockkeeper_evictions_total{model=a,reason=swap}"].ShouldBe(1);
        figures.Where(figure => figure.Key.StartsWith("lockkeeper_settles_total")).Sum(figure => figure.Value).ShouldBe(1);
        figures["lockkeeper_residents{model=b}"].ShouldBe(1);
        figures["lockkeeper_residents{model=a}"].ShouldBe(0);
        figures["lockkeeper_queue_depth{priority=medium}"].ShouldBe(0);
        figures["lockkeeper_queue_wait_seconds_count{priority=medium}"].ShouldBe(2);
        figures["lockkeeper_tokens_total{model=a,kind=prompt}"].ShouldBeGreaterThan(0);
    }

    private static async Task<Dictionary<string, double>> FiguresAsync(LockkeeperProcess lockkeeper)
    {
        using var response = await lockkeeper.GetAsync("/metrics");
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return PrometheusSample.Parse(await response.Content.ReadAsStringAsync()).Where(sample => sample.Bound is null).ToDictionary(sample => $"{sample.Name}{{{sample.Labels}}}", sample => sample.Value);
    }

    /// <summary>A client may have the last byte of its answer a moment before the journal has its end.</summary>
    private static async Task<JsonElement> EndedAsync(LockkeeperProcess lockkeeper, string id)
    {
        JsonElement entry = default;
        await Eventually.True(async () => (entry = await lockkeeper.JsonAsync($"/admin/requests/{id}")).GetProperty("state").GetString() == "ended", "the request has ended");
        return entry;
    }
}
