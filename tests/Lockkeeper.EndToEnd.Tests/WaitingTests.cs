using System.Globalization;
using System.Net;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Requests that have to wait: what they are told, how long they wait at most, and what is left of those whose client leaves.</summary>
public sealed class WaitingTests(WaitingTests.Router router) : IClassFixture<WaitingTests.Router>
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(1);

    /// <summary>A second may be too short for a busy machine once, but hardly each time.</summary>
    private const int Tries = 4;

    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task A_stream_that_waits_gets_its_headers_early_and_a_comment_at_every_interval()
    {
        var since = TimeProvider.System.GetTimestamp();
        using var response = await _lockkeeper.AskAsync("loads", stream: true);
        (await _lockkeeper.JsonAsync("/v1/models/loads")).GetProperty("state").GetString().ShouldNotBe("ready", "the headers came only with the engine's answer");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var lines = await response.LinesAsync().ToListAsync();
        var most = (int)(TimeProvider.System.GetElapsedTime(since) / TimeSpan.FromSeconds(0.2)) + 1;

        var comments = lines.TakeWhile(line => line.StartsWith(':')).ToList();
        comments.Count.ShouldBeInRange(5, most);
        comments.ShouldContain(line => line.Contains("loading loads"));
        lines.ShouldContain(line => line.Contains("t0 "));
        lines.Where(line => !line.StartsWith(':')).Last().ShouldBe("data: [DONE]");
    }

    [Fact]
    public async Task A_stream_is_not_asked_for_in_a_compressed_form_as_it_may_have_to_be_kept_alive()
    {
        for (var tries = 0; tries < 2; tries++)
        {
            using var response = await _lockkeeper.SendAsync("/v1/chat/completions", """{"model":"plain","stream":true}"""u8.ToArray(), headers => headers.Add("Accept-Encoding", "gzip"));
            await response.Content.ReadAsStringAsync();
        }

        // The first one had to wait for a turn, the second one only for the engine.
        var requests = (await _lockkeeper.Engines.Single().RequestsAsync()).EnumerateArray().Select(request => request.GetProperty("headers").GetRawText()).ToList();
        requests.Select(headers => headers.Contains("Accept-Encoding", StringComparison.OrdinalIgnoreCase)).ShouldBe([false, false]);
    }

    [Fact]
    public async Task A_stream_that_need_not_wait_gets_the_engines_own_status()
    {
        await _lockkeeper.AnswerAsync("prompt");

        // Longer than the interval: an engine that works on it is waited for at least a second.
        using var refused = await _lockkeeper.AskAsync("prompt", "first=400 status=400", stream: true);
        ((int)refused.StatusCode).ShouldBe(400);
        (await refused.ErrorAsync()).Code.ShouldBe("fake_400");

        using var response = await _lockkeeper.AskAsync("prompt", stream: true);
        (await response.LinesAsync().ToListAsync()).ShouldAllBe(line => line.StartsWith("data: "));
    }

    [Fact]
    public async Task A_stream_whose_start_fails_after_the_headers_ends_in_an_error_event()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["never"] = "--never-ready" }, KeepAliveInterval = "100ms", StartTimeout = "1s" });
        using var response = await lockkeeper.AskAsync("never", stream: true);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var lines = await response.LinesAsync().ToListAsync();
        lines.ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("engine_start_failed"));
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
    }

    [Fact]
    public async Task A_stream_that_has_waited_ends_when_the_engine_switches_to_another_protocol()
    {
        var answer = Convert.ToBase64String("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"u8);
        using var response = await _lockkeeper.AskAsync("switches", $"raw={answer}", stream: true);
        var lines = await response.LinesAsync().ToListAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        lines.ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("101"));
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
    }

    [Fact]
    public async Task What_is_wrong_already_is_refused_with_its_real_status_before_any_header()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["slow"] = "--ready-delay 2000" }, KeepAliveInterval = "50ms" });
        using var unknown = await lockkeeper.AskAsync("other", stream: true);
        (await unknown.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(404), error => error.Code.ShouldBe("model_not_found"));
        using var broken = await lockkeeper.SendAsync("/v1/chat/completions", "{\"model\":\"slow\",\"stream\":true"u8.ToArray());
        (await broken.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(400), error => error.Code.ShouldBe("invalid_json"));
        lockkeeper.Engines.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_engine_that_says_nothing_for_request_timeout_is_a_504_and_is_told_to_stop()
    {
        await _lockkeeper.AnswerAsync("silent");
        using var silent = await _lockkeeper.AskAsync("silent", "hang");
        var error = await silent.ErrorAsync();
        error.Status.ShouldBe(504);
        error.Code.ShouldBe("engine_timeout");
        await AbortedAsync(_lockkeeper, 1);
        (await _lockkeeper.AnswerAsync("silent")).ShouldStartWith("fake silent ");
    }

    [Fact]
    public async Task A_stream_that_falls_silent_ends_in_an_error_event()
    {
        await _lockkeeper.AnswerAsync("falls-silent"); // or it would be waiting for its start that it tells of
        using var response = await _lockkeeper.AskAsync("falls-silent", "chunks=5 stall=2", stream: true);
        var lines = await response.LinesAsync().ToListAsync();
        lines.ShouldContain(line => line.Contains("t1 "));
        lines.ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("engine_timeout"));
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        await AbortedAsync(_lockkeeper, 1);
    }

    [Fact]
    public async Task A_full_queue_refuses_with_503_and_says_when_to_come_back()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, MaxQueue = 2 });
        await lockkeeper.AnswerAsync("a");
        using var leave = new CancellationTokenSource();
        var running = lockkeeper.AskAsync("a", "hang", leave: leave.Token);
        await lockkeeper.Engines.Single().TakenAsync(2);

        // One runs. Of four more, two wait and two are too many: those are answered while nothing else is.
        var others = Enumerable.Range(0, 4).Select(_ => lockkeeper.AskAsync("a", leave: leave.Token)).ToList();
        var refused = new List<HttpResponseMessage>();
        while (refused.Count < 2)
        {
            var first = await Task.WhenAny(others);
            others.Remove(first);
            refused.Add(await first);
        }

        foreach (var response in refused)
        {
            (await response.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("queue_full"));
            int.Parse(response.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
            response.Dispose();
        }

        others.ShouldAllBe(waiting => !waiting.IsCompleted);
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Task.WhenAll([running, .. others]));
    }

    [Fact]
    public async Task A_client_that_leaves_the_queue_is_never_served()
    {
        await _lockkeeper.AnswerAsync("left");
        var engine = _lockkeeper.Engines.ShouldHaveSingleItem();
        using var leaveEngine = new CancellationTokenSource();
        var running = _lockkeeper.AskAsync("left", "hang", leave: leaveEngine.Token);
        await engine.TakenAsync(2);

        // Early headers show that a stream is in the queue; of the two that do not stream nothing can be seen.
        using var leaveQueue = new CancellationTokenSource();
        List<Task<HttpResponseMessage>> silent = [_lockkeeper.AskAsync("other", leave: leaveQueue.Token), _lockkeeper.AskAsync("left", leave: leaveQueue.Token)];
        List<HttpResponseMessage> streams = [await _lockkeeper.AskAsync("other", stream: true), await _lockkeeper.AskAsync("left", stream: true)];
        using var last = await _lockkeeper.AskAsync("left", stream: true);
        streams.ForEach(stream => stream.Dispose());
        await leaveQueue.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Task.WhenAll(silent));

        // Alone in the queue at last: it is told so. Only then is the engine free to go on.
        var lines = last.LinesAsync().GetAsyncEnumerator();
        var since = TimeProvider.System.GetTimestamp();
        while (await lines.MoveNextAsync() && !lines.Current.StartsWith(": queued 1,", StringComparison.Ordinal))
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(30), $"still in the queue: {lines.Current}");
        }

        await leaveEngine.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        while (await lines.MoveNextAsync())
        {
        }

        _lockkeeper.Engines.ShouldHaveSingleItem().Pid.ShouldBe(engine.Pid, "the engine was swapped for nobody");
        (await engine.RequestsAsync()).GetArrayLength().ShouldBe(3, "the first answer, the one that hung, and the last: none for those that left");
    }

    [Fact]
    public async Task A_start_that_nobody_waits_for_does_not_hold_up_another_model()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["never"] = "--never-ready", ["b"] = "" }, StartTimeout = "60s" });
        using var leave = new CancellationTokenSource();
        var loading = lockkeeper.AskAsync("never", leave: leave.Token);
        await Eventually.True(() => lockkeeper.Engines.Any(engine => engine.Model == "never"), "the engine is starting");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => loading);

        var since = TimeProvider.System.GetTimestamp();
        (await lockkeeper.AnswerAsync("b")).ShouldStartWith("fake b ");
        TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(30), "the abandoned start was waited for");
    }

    [Theory]
    [InlineData("left-1", "hang", false)]
    [InlineData("left-2", "hang", true)]
    [InlineData("left-3", "chunks=100000 delay=20", true)]
    [InlineData("left-4", "stall=1 chunks=5", true)]
    public async Task A_client_that_leaves_stops_the_engine_within_a_second(string model, string fault, bool stream)
    {
        await _lockkeeper.AnswerAsync(model);
        var took = TimeSpan.MaxValue;
        for (var tries = 1; took > Promptly && tries <= Tries; tries++)
        {
            using var leave = new CancellationTokenSource();
            var asking = Task.Run(async () =>
            {
                using var response = await _lockkeeper.AskAsync(model, fault, stream, leave.Token);
                await response.Content.CopyToAsync(Stream.Null, leave.Token);
            });
            await _lockkeeper.Engines.Single().TakenAsync(2 * tries);

            await leave.CancelAsync();
            took = await AbortedAsync(_lockkeeper, tries);
            await Should.ThrowAsync<OperationCanceledException>(() => asking);
            (await _lockkeeper.AnswerAsync(model)).ShouldStartWith($"fake {model} ");
        }

        took.ShouldBeLessThanOrEqualTo(Promptly);
    }

    [Fact]
    public async Task Twenty_at_once_over_two_models_meet_one_engine_at_a_time_and_one_request_in_it()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" } });
        await using var watch = new EngineWatch(lockkeeper);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var model = i % 2 == 0 ? "a" : "b";
            return (Asked: model, Answer: await lockkeeper.AnswerAsync(model, "first=20"));
        }));
        answers.ShouldAllBe(pair => pair.Answer.StartsWith($"fake {pair.Asked} "));
        watch.MostAtOnce.ShouldBe(1, $"{watch.Looks} looks at the process table");
        watch.Models.ShouldBe(["a", "b"], ignoreOrder: true);
        (await lockkeeper.Engines.ShouldHaveSingleItem().StateAsync()).GetProperty("peak").GetInt32().ShouldBe(1);
    }

    private static Task<TimeSpan> AbortedAsync(LockkeeperProcess lockkeeper, int count) => Eventually.True(
        async () => (await lockkeeper.Engines.Single().StateAsync()).GetProperty("aborted").GetInt32() == count, $"{count} request(s) were aborted");

    /// <summary>A model for each story, so that each has an engine that counts only what is its own.</summary>
    public sealed class Router() : SharedRouter(new TestConfig
    {
        Models =
        {
            ["loads"] = "--ready-delay 5000", ["plain"] = "--ready-delay 700", ["prompt"] = "", ["switches"] = "--ready-delay 2000", ["silent"] = "", ["falls-silent"] = "",
            ["left"] = "", ["other"] = "", ["left-1"] = "", ["left-2"] = "", ["left-3"] = "", ["left-4"] = "",
        },
        ModelKeys = { ["silent"] = "request_timeout: 2s", ["falls-silent"] = "request_timeout: 2s" },
        KeepAliveInterval = "200ms",
    });
}
