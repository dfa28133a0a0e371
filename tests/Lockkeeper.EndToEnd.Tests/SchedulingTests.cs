using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What the scheduler promises, kept by the real executable with real child processes.</summary>
public sealed partial class SchedulingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_busy_model_does_not_keep_another_one_waiting_beyond_the_bound(int slots)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["busy"] = "", ["rare"] = "" },
            MaxConcurrency = slots,
            Scheduling = { ["max_wait"] = "1s" },
        });
        using var enough = new CancellationTokenSource();
        var answered = 0;

        // Always one more than there are slots: the model is never idle.
        var stream = Enumerable.Range(0, slots + 1).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await lockkeeper.AnswerAsync("busy", "first=150");
                Interlocked.Increment(ref answered);
            }
        })).ToList();
        await Eventually.True(() => answered >= 2 * (slots + 1), "the stream flows");

        // max_wait 1 s + (turn of at least 1 s + gate cap of at least 30 s + 150 ms + a swap of two engines that start at once, doubled for a slow machine).
        var bound = TimeSpan.FromSeconds(1 + 1 + 30 + 0.15 + 8);
        (await lockkeeper.AnswerAsync("rare").WaitAsync(bound, TimeProvider.System)).ShouldNotBeEmpty();

        var before = answered;
        await Eventually.True(() => answered > before, "the stream flows on", within: bound);
        await enough.CancelAsync();
        await Task.WhenAll(stream);
    }

    [Fact]
    public async Task Alternating_requests_at_once_cost_at_most_three_swaps()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" } });
        await lockkeeper.AnswerAsync("a");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(turn => lockkeeper.AnswerAsync(turn % 2 == 0 ? "a" : "b", "first=50")));
        Starts(lockkeeper).ShouldBeLessThanOrEqualTo(1 + 3, lockkeeper.Said);
    }

    [Fact]
    public async Task Of_500_requests_at_once_all_that_stay_are_answered_and_nothing_is_left()
    {
        const int Requests = 500;
        var random = new Random(20261120);
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["a"] = "", ["b"] = "", ["c"] = "", ["d"] = "" },
            MaxConcurrency = 4,
            MaxQueue = Requests,
            Scheduling = { ["queue_timeout"] = "off" },
        });

        var (stayed, left) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(async request =>
        {
            var model = "abcd"[random.Next(4)].ToString();
            using var leaves = new CancellationTokenSource();
            var staysFor = random.NextDouble() < 0.3 ? TimeSpan.FromMilliseconds(random.Next(3_000)) : Timeout.InfiniteTimeSpan;
            leaves.CancelAfter(staysFor);
            try
            {
                using var response = await lockkeeper.AskAsync(model, $"chunks=3 delay={random.Next(20)}", stream: request % 2 == 0, leave: leaves.Token);
                var body = await response.Content.ReadAsStringAsync(leaves.Token);
                response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
                body.ShouldContain(request % 2 == 0 ? "[DONE]" : "\"choices\"");
                Interlocked.Increment(ref stayed);
            }
            catch (OperationCanceledException) when (leaves.IsCancellationRequested)
            {
                Interlocked.Increment(ref left);
            }
        }));

        (stayed + left).ShouldBe(Requests);
        stayed.ShouldBeGreaterThanOrEqualTo(Requests * 6 / 10);
        left.ShouldBeGreaterThan(0, "some have left while they waited");
        await Eventually.True(async () => (await Elements(lockkeeper, "/admin/instances", "instances")).Sum(instance => instance.GetProperty("in_flight").GetInt32()) == 0, "nothing is in flight");
        (await Elements(lockkeeper, "/admin/queue", "queue")).ShouldBeEmpty();
        (await lockkeeper.StopAsync()).ShouldBe(0);
        await lockkeeper.NothingLeftAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_engine_that_holds_a_gigabyte_is_replaced_when_that_is_back()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["big"] = "--hold 1024", ["small"] = "" } });
        await lockkeeper.AnswerAsync("big");
        await lockkeeper.AnswerAsync("small");
        await lockkeeper.SaysAsync("small#2: starting");

        var said = lockkeeper.Errors.Concat(lockkeeper.Output).ToList();
        var settled = said.FindIndex(line => line.Contains("big#1", StringComparison.Ordinal) && SettledLine().IsMatch(line));
        var started = said.FindIndex(line => line.Contains("small#2: starting", StringComparison.Ordinal));
        settled.ShouldBeGreaterThan(0, lockkeeper.Said);
        started.ShouldBeGreaterThan(settled, lockkeeper.Said);
        int.Parse(SettledLine().Match(said[settled]).Groups["held"].Value).ShouldBeGreaterThan(1_000, "the memory it held was seen");
    }

    [Fact]
    public async Task Two_claims_of_6_GB_never_share_a_pool_of_10_and_two_of_4_do()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["six"] = "", ["also-six"] = "", ["four"] = "", ["also-four"] = "" },
            Pools = { ["gpu"] = "policy: fit, memory: 10GiB, safety_margin: 1" },
            ModelKeys = { ["six"] = "memory: 6GiB", ["also-six"] = "memory: 6GiB", ["four"] = "memory: 4GiB", ["also-four"] = "memory: 4GiB" },
        });

        await using (var watch = new EngineWatch(lockkeeper))
        {
            await Task.WhenAll(lockkeeper.AnswerAsync("six", "first=300"), lockkeeper.AnswerAsync("also-six", "first=300"));
            watch.MostAtOnce.ShouldBe(1, lockkeeper.Said);
        }

        await Task.WhenAll(lockkeeper.AnswerAsync("four", "first=300"), lockkeeper.AnswerAsync("also-four", "first=300"));
        (await Elements(lockkeeper, "/admin/instances", "instances")).Select(instance => instance.GetProperty("model").GetString()).ShouldBe(["four", "also-four"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_can_never_fit_is_refused_at_once_with_the_figures()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["huge"] = "", ["a"] = "" },
            Pools = { ["gpu"] = "policy: fit, memory: 10GiB" },
            ModelKeys = { ["huge"] = "memory: 12GiB" },
        });
        using var refused = await lockkeeper.AskAsync("huge");
        (await refused.ErrorAsync()).ShouldSatisfyAllConditions(
            error => error.Status.ShouldBe(503),
            error => error.Code.ShouldBe("insufficient_memory"),
            error => error.Message.ShouldContain("13.2 GiB"),
            error => error.Message.ShouldContain("10 GiB"));
        await lockkeeper.AnswerAsync("a");
    }

    [Fact]
    public async Task A_critical_request_takes_the_place_of_a_background_one_that_has_sent_nothing_and_that_one_is_answered_later()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" }, Scheduling = { ["preempt"] = "true" } });
        await lockkeeper.AnswerAsync("a");
        var background = lockkeeper.SendAsync("/v1/chat/completions", Body("a", "background", "first=5000"));
        await lockkeeper.Engines.Single().TakenAsync(2);

        var critical = lockkeeper.SendAsync("/v1/chat/completions", Body("a", "critical", ""));
        (await Task.WhenAny(critical, background)).ShouldBeSameAs(critical, "the critical one does not wait for the other");
        using (var first = await critical)
        {
            first.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var answer = await background;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var state = await lockkeeper.Engines.Single().StateAsync();
        state.GetProperty("aborted").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_model_is_unloaded_after_its_idle_timeout_and_a_preloaded_one_is_there_from_the_beginning()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig
        {
            Models = { ["a"] = "" },
            ModelKeys = { ["a"] = "preload: true, idle_timeout: 1s" },
        });

        // Told by what it says: a second is soon over for who looks at the processes of a busy machine.
        await lockkeeper.SaysAsync("a#1: ready"); // without being asked for
        await lockkeeper.SaysAsync("a#1: stopping (Idle)");
        await Eventually.True(() => lockkeeper.Engines.Count == 0, "it is unloaded when nobody has used it");
        await lockkeeper.AnswerAsync("a");
    }

    [Fact]
    public async Task A_client_of_ollama_may_have_its_model_go_sooner_and_never_keep_it_longer()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, ModelKeys = { ["a"] = "idle_timeout: 1h" } });
        async Task<TimeSpan> LeftAfterAsync(string keepAlive)
        {
            using var answer = await lockkeeper.SendAsync("/api/chat", Encoding.UTF8.GetBytes($$"""{"model":"a","stream":false,"keep_alive":{{keepAlive}},"messages":[{"role":"user","content":"hello"}]}"""));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            await answer.Content.ReadAsStringAsync();
            await Eventually.True(async () => (await Elements(lockkeeper, "/admin/instances", "instances")).Single().GetProperty("in_flight").GetInt32() == 0, "it has ended, and what it said of its model counts");
            return (await lockkeeper.JsonAsync("/api/ps")).GetProperty("models")[0].GetProperty("expires_at").GetDateTimeOffset() - TimeProvider.System.GetUtcNow();
        }

        (await LeftAfterAsync("-1")).ShouldBeInRange(TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        (await LeftAfterAsync("\"2h\"")).ShouldBeInRange(TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        (await LeftAfterAsync("\"10m\"")).ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
        lockkeeper.Engines.ShouldHaveSingleItem();

        using var last = await lockkeeper.SendAsync("/api/generate", """{"model":"a","stream":false,"keep_alive":0,"prompt":"hello"}"""u8.ToArray());
        last.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.True(() => lockkeeper.Engines.Count == 0, "it goes when it has answered");
        await lockkeeper.SaysAsync("stopping (Idle)");
    }

    [Fact]
    public async Task An_attached_engine_is_used_and_never_stopped()
    {
        await using var other = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["theirs"] = "" } });
        await other.AnswerAsync("theirs");
        var port = other.Engines.Single().Port;
        await using (var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines:
              running: { lifecycle: attached, url: "http://127.0.0.1:{{port}}" }
            models:
              theirs: { engine: running }
            """))
        {
            (await lockkeeper.AnswerAsync("theirs")).ShouldNotBeEmpty();
            lockkeeper.Engines.ShouldBeEmpty();
            using var kept = await lockkeeper.PostAsync("/admin/models/theirs/unload");
            (await kept.ErrorAsync()).ShouldSatisfyAllConditions(
                error => error.Status.ShouldBe(409),
                error => error.Code.ShouldBe("engine_attached"),
                error => error.Message.ShouldContain($"http://127.0.0.1:{port}"));
        }

        await other.AnswerAsync("theirs");
    }

    private static int Starts(LockkeeperProcess lockkeeper) => lockkeeper.Errors.Concat(lockkeeper.Output).Count(line => line.Contains(": starting", StringComparison.Ordinal));

    private static async Task<List<JsonElement>> Elements(LockkeeperProcess lockkeeper, string path, string list)
    {
        using var response = await lockkeeper.GetAsync(path);
        return [.. JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty(list).EnumerateArray()];
    }

    private static byte[] Body(string model, string priority, string fault) =>
        JsonSerializer.SerializeToUtf8Bytes(new { model, priority, messages = new[] { new { role = "user", content = "hello" } }, user = $"fake: {fault}" });

    [GeneratedRegex(@": settled after .*\(held: (?<held>\d+) MiB\)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SettledLine();
}
