using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Another configuration while it serves: what is the same runs on, what is not is made anew, and what is wrong changes nothing.</summary>
[Collection(Lanes.Watching)]
public sealed class ReloadTests
{
    [Fact]
    public async Task A_stream_survives_a_reload_that_changes_another_model()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        (await lockkeeper.AnswerAsync("b")).ShouldNotBeEmpty();
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();
        using var stream = await lockkeeper.AskAsync("a", "chunks=40 delay=50", stream: true);
        var lines = stream.LinesAsync().GetAsyncEnumerator();
        (await lines.MoveNextAsync()).ShouldBeTrue();
        var before = PidOf(lockkeeper, "a");

        config.Models["b"] = "--context-length 7";
        lockkeeper.Rewrite(config.ToYaml());
        await Eventually.True(() => lockkeeper.Errors.Any(line => line.Contains("engines.for-b.command (changed)", StringComparison.Ordinal)), "the new configuration is in force");
        await Eventually.True(() => lockkeeper.Engines.All(engine => engine.Model != "b"), "the engine that has changed is gone");

        var count = 1;
        var last = "";
        while (await lines.MoveNextAsync())
        {
            (count, last) = (count + 1, lines.Current);
        }

        last.ShouldBe("data: [DONE]");
        count.ShouldBeGreaterThan(40);
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();
        PidOf(lockkeeper, "a").ShouldBe(before);
        (await lockkeeper.AnswerAsync("b")).ShouldNotBeEmpty();
        (await lockkeeper.Engines.Single(engine => engine.Model == "b").StateAsync()).GetProperty("arguments").ToString().ShouldContain("--context-length");
    }

    [Fact]
    public async Task A_model_that_is_removed_ends_its_answer_and_is_gone()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();
        using var stream = await lockkeeper.AskAsync("a", "chunks=20 delay=50", stream: true);
        config.Models.Remove("a");
        lockkeeper.Rewrite(config.ToYaml());
        await Eventually.True(async () => !(await ModelsAsync(lockkeeper)).Contains("a"), "the model is not listed any more");
        using (var refused = await lockkeeper.AskAsync("a"))
        {
            (await refused.ErrorAsync()).Code.ShouldBe("model_not_found");
        }

        var lines = new List<string>();
        await foreach (var line in stream.LinesAsync())
        {
            lines.Add(line);
        }

        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        await Eventually.True(() => lockkeeper.Engines.Count == 0, "its engine is gone");
    }

    [Fact]
    public async Task A_bad_file_keeps_the_old_one_and_shows_everything_that_is_wrong()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        lockkeeper.Rewrite(config.ToYaml() + "sevrer: {}\nscheduling: { max_queue: many }\n");
        await Eventually.True(async () => !(await lockkeeper.JsonAsync("/admin/config")).GetProperty("last_try").GetProperty("ok").GetBoolean(), "the new file was refused");
        var last = (await lockkeeper.JsonAsync("/admin/config")).GetProperty("last_try");
        last.GetProperty("cause").GetString().ShouldBe("change");
        var problems = last.GetProperty("problems").EnumerateArray().ToList();
        problems.Select(problem => problem.GetProperty("key").GetString()).ShouldBe(["sevrer", "scheduling.max_queue"]);
        problems[0].GetProperty("line").GetInt32().ShouldBeGreaterThan(5);
        int Told() => lockkeeper.Errors.Count(line => line.Contains("sevrer: is an unknown key", StringComparison.Ordinal));
        await Eventually.True(() => Told() > 0, "the log tells it"); // which is written beside everything else
        Told().ShouldBe(1);
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();

        using (var again = await lockkeeper.PostAsync("/admin/reload"))
        {
            ((int)again.StatusCode).ShouldBe(422);
        }

        lockkeeper.Rewrite(config.ToYaml());
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/admin/config")).GetProperty("last_try").GetProperty("ok").GetBoolean(), "the mended file is in force");
    }

    [Fact]
    public async Task A_hangup_loads_the_file_again_and_ends_nothing()
    {
        Assert.SkipWhen(Cli.LockkeeperRun.IgnoresHangup, "SIGHUP is ignored here.");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Two());
        lockkeeper.HangUp();
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/admin/config")).GetProperty("last_try").GetProperty("cause").GetString() == "signal", "it was loaded for the signal");
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Aliases_defaults_and_limits_change_without_a_restart()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        (await lockkeeper.AnswerAsync("a")).ShouldNotBeEmpty();
        var before = PidOf(lockkeeper, "a");
        config.ModelKeys["a"] = "aliases: [alpha], priority: high, request_timeout: 2s";
        await ReloadAsync(lockkeeper, config.ToYaml());
        (await lockkeeper.AnswerAsync("alpha")).ShouldNotBeEmpty();
        using var silent = await lockkeeper.AskAsync("alpha", "first=30000");
        (await silent.ErrorAsync()).Code.ShouldBe("engine_timeout");
        PidOf(lockkeeper, "a").ShouldBe(before);
    }

    [Fact]
    public async Task A_key_can_be_added_and_taken_away_again()
    {
        const string hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; // of "secret"
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        config.Server["api_keys"] = $"[{{ name: one, key: sha256:{hash}, scopes: [infer, admin] }}]";
        lockkeeper.Rewrite(config.ToYaml());

        // Not by hand: as soon as the new file is noticed, that takes the key as well.
        await Eventually.True(async () =>
        {
            using var refused = await lockkeeper.AskAsync("a");
            return (int)refused.StatusCode == 401;
        }, "a key is needed now");

        using (var served = await lockkeeper.SendAsync("/v1/chat/completions", System.Text.Encoding.UTF8.GetBytes(Client.Body("a")), headers => headers.Add("Authorization", "Bearer secret")))
        {
            ((int)served.StatusCode).ShouldBe(200);
        }

        config.Server.Remove("api_keys");
        lockkeeper.Rewrite(config.ToYaml());
        await Eventually.True(async () =>
        {
            using var open = await lockkeeper.AskAsync("a");
            return open.IsSuccessStatusCode;
        }, "no key is needed any more");
    }

    [Fact]
    public async Task What_takes_a_restart_is_said()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        await ReloadAsync(lockkeeper, config.ToYaml() + "state_file: elsewhere.json\n");
        (await lockkeeper.JsonAsync("/admin/config")).GetProperty("restart_needed_for").EnumerateArray().Select(key => key.GetString()).ShouldBe(["state_file"]);
        await lockkeeper.SaysAsync("A restart is needed for state_file");
    }

    [Fact]
    public async Task Many_quick_changes_hurt_nobody_whose_model_stays()
    {
        var config = Two();
        await using var lockkeeper = await LockkeeperProcess.StartAsync(config);
        using var over = new CancellationTokenSource();
        var served = 0;
        var askers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                (await lockkeeper.AnswerAsync("a", "chunks=2 delay=2")).ShouldNotBeEmpty();
                Interlocked.Increment(ref served);
            }
        })).ToList();
        await Eventually.True(() => served > 0, "requests run");
        for (var i = 0; i < 100; i++)
        {
            config.ModelKeys["a"] = $"aliases: [a{i}]";
            if (i % 3 == 0)
            {
                config.Models.Remove("b");
            }
            else
            {
                config.Models["b"] = $"--context-length {i}";
            }

            lockkeeper.Rewrite(config.ToYaml());
            using var reloaded = await lockkeeper.PostAsync("/admin/reload");
            ((int)reloaded.StatusCode).ShouldBe(200);
        }

        var before = served;
        await Eventually.True(() => served > before + 5 || askers.Exists(asker => asker.IsCompleted), "requests still run");
        await over.CancelAsync();
        await Task.WhenAll(askers);
        (await ModelsAsync(lockkeeper)).ShouldBe(["a"]);
        (await lockkeeper.AnswerAsync("a99")).ShouldNotBeEmpty();
    }

    private static TestConfig Two() => new()
    {
        Models = { ["a"] = "", ["b"] = "" },
        Pools = { ["gpu"] = "policy: fit, memory: 64GiB" },
        ModelKeys = { ["a"] = "memory: 1MiB", ["b"] = "memory: 1MiB" },
    };

    private static async Task ReloadAsync(LockkeeperProcess lockkeeper, string yaml)
    {
        lockkeeper.Rewrite(yaml);
        using var reloaded = await lockkeeper.PostAsync("/admin/reload");
        reloaded.IsSuccessStatusCode.ShouldBeTrue(await reloaded.Content.ReadAsStringAsync());
    }

    private static int PidOf(LockkeeperProcess lockkeeper, string model) => lockkeeper.Engines.Single(engine => engine.Model == model).Pid;

    private static async Task<IReadOnlyList<string>> ModelsAsync(LockkeeperProcess lockkeeper) =>
        [.. (await lockkeeper.JsonAsync("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
}
