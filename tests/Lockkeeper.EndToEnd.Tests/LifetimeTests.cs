using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>How Lockkeeper ends, asked or not: no stream is cut that may finish, and no process of it is left.</summary>
[Collection(Lanes.Waiting)]
public sealed class LifetimeTests
{
    /// <summary>A second where nothing else runs. What outlives Lockkeeper does so for ever, or for as long as it takes to obey.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task SIGTERM_lets_a_running_stream_finish_and_leaves_no_process()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        using var response = await lockkeeper.AskAsync("a", "chunks=40 delay=25", stream: true);
        var lines = new List<string>();
        await foreach (var line in response.LinesAsync())
        {
            // Not at the first line: where the start takes a while, that is a comment, and the request still waits.
            if (line.Contains("\"t0 \"", StringComparison.Ordinal))
            {
                lockkeeper.Terminate();
            }

            lines.Add(line);
        }

        lines.ShouldContain(line => line.Contains("t39 "));
        lines.Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        (await lockkeeper.ExitAsync()).ShouldBe(0, lockkeeper.Said);
        await lockkeeper.NothingLeftAsync(Soon);
    }

    [Fact]
    public async Task SIGTERM_takes_no_new_request_and_refuses_what_waits()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "" }, KeepAliveInterval = "100ms" });
        await lockkeeper.AnswerAsync("a"); // or the stream's headers would be there while it still waits
        using var running = await lockkeeper.AskAsync("a", "chunks=120 delay=25", stream: true);
        var waiting = lockkeeper.AskAsync("b");
        using var waitingStream = await lockkeeper.AskAsync("b", stream: true);
        await Eventually.True(async () => (await lockkeeper.JsonAsync("/admin/queue")).GetProperty("queue").GetArrayLength() == 2, "both wait");
        lockkeeper.Terminate();
        using var refused = await waiting;
        (await refused.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(503), error => error.Code.ShouldBe("shutting_down"));
        (await waitingStream.LinesAsync().ToListAsync()).ShouldContain(line => line.StartsWith("data: {\"error\":") && line.Contains("shutting_down"));
        (await running.LinesAsync().ToListAsync()).Last(line => !line.StartsWith(':')).ShouldBe("data: [DONE]");
        (await lockkeeper.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_goes_on_beyond_shutdown_grace_is_cut_and_everything_ends()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, ShutdownGrace = "1s" });
        await lockkeeper.AnswerAsync("a");
        using var response = await lockkeeper.AskAsync("a", "chunks=100000 delay=20", stream: true);
        lockkeeper.Terminate();
        (await lockkeeper.ExitAsync()).ShouldBe(0, lockkeeper.Said);
        await lockkeeper.NothingLeftAsync(Soon);
    }

    [Fact]
    public async Task SIGTERM_while_an_engine_starts_leaves_no_process()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["never"] = "--never-ready" } });
        var waiting = lockkeeper.AskAsync("never");
        await Eventually.True(() => lockkeeper.Engines.Count == 1, "the engine is starting");
        (await lockkeeper.StopAsync()).ShouldBe(0, lockkeeper.Said);
        await lockkeeper.NothingLeftAsync(Soon);
        using var refused = await waiting;
        ((int)refused.StatusCode).ShouldBe(503);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--ignore-term")]
    [InlineData("--fork-worker")]
    [InlineData("--never-ready")]
    public async Task After_kill_9_of_the_router_no_engine_survives(string flags)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = flags } });
        var asking = lockkeeper.AskAsync("a", "hang");
        await Eventually.True(() => lockkeeper.Engines.Count >= (flags == "--fork-worker" ? 2 : 1), "the engine runs");

        lockkeeper.Kill();
        await lockkeeper.NothingLeftAsync(Soon);
        await Should.ThrowAsync<HttpRequestException>(() => asking);
    }

    [Fact]
    public async Task After_kill_9_in_the_middle_of_a_swap_no_engine_survives()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["slow-to-stop"] = "--stop-delay 60000", ["b"] = "" }, KeepAliveInterval = "100ms", StopTimeout = "60s" });
        await lockkeeper.AnswerAsync("slow-to-stop");
        using var swapping = await lockkeeper.AskAsync("b", stream: true);
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("slow-to-stop", "the stream has its early headers while the old engine still stops");
        lockkeeper.Kill();
        await lockkeeper.NothingLeftAsync(Soon);
    }

    [Fact]
    public async Task After_kill_9_of_the_router_and_its_reaper_the_next_one_reaps_what_they_left()
    {
        var state = Directory.CreateTempSubdirectory("lockkeeper-state-");
        var yaml = $"state_file: {state.FullName}/state.json\n{new TestConfig { Models = { ["a"] = "--fork-worker" } }.ToYaml()}";
        await using (var first = await LockkeeperProcess.StartAsync(yaml))
        {
            await first.AnswerAsync("a");
            KillWithReaper(first);
            await first.ExitAsync();
            first.Engines.Count.ShouldBe(2, "nobody is left to kill the engine and its worker");

            await using var second = await LockkeeperProcess.StartAsync(yaml);
            await first.NothingLeftAsync(Soon);
            await second.SaysAsync("an engine of a Lockkeeper that is gone still runs and is killed");
            (await second.AnswerAsync("a")).ShouldStartWith("fake a ");
        }

        Directory.GetFiles(state.FullName, "engines-*.json").ShouldBeEmpty();
        state.Delete(recursive: true);
    }

    [Fact]
    public async Task A_second_one_with_the_same_state_leaves_the_engines_of_the_first_alone()
    {
        var state = Directory.CreateTempSubdirectory("lockkeeper-state-");
        var yaml = $"state_file: {state.FullName}/state.json\n{new TestConfig { Models = { ["a"] = "" } }.ToYaml()}";
        await using (var first = await LockkeeperProcess.StartAsync(yaml))
        {
            var answer = await first.AnswerAsync("a");
            await using var second = await LockkeeperProcess.StartAsync(yaml);
            (await second.AnswerAsync("a")).ShouldStartWith("fake a ");
            (await first.AnswerAsync("a")).ShouldBe(answer, "the answer names the process");
            await second.SaysAsync("its 1 engines are left alone");
        }

        state.Delete(recursive: true);
    }

    [Fact]
    public async Task A_PDF_that_was_being_read_when_it_was_killed_is_removed_by_the_next()
    {
        var folder = Directory.CreateTempSubdirectory("lockkeeper-killed-");
        var (temporary, programs) = (folder.CreateSubdirectory("tmp").FullName, folder.CreateSubdirectory("bin").FullName);
        foreach (var program in (string[])["pdfinfo", "pdftoppm"])
        {
            // Reads for as long as its parent lives.
            await File.WriteAllTextAsync(Path.Combine(programs, program), "#!/bin/sh\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.1; done\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(programs, program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        var yaml = $$"""
            engines: { e: { command: ["{{FakeEngine.Executable}}", "--port", "{port}"] } }
            models: { m: { engine: e } }
            """;
        var variables = new Dictionary<string, string> { ["TMPDIR"] = temporary };
        await using (var killed = await LockkeeperProcess.StartAsync(yaml, path: $"{programs}:{Environment.GetEnvironmentVariable("PATH")}", variables: variables))
        {
            var pdf = Convert.ToBase64String(PdfBytes.OfPages((72, 72)));
            var asked = killed.PostAsync("/v1/chat/completions", $$$"""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,{{{pdf}}}"}}]}]}""");
            await Eventually.True(() => Directory.GetFiles(temporary, "it.pdf", SearchOption.AllDirectories).Length == 1, "it is being read");
            killed.Kill();
            await Should.ThrowAsync<HttpRequestException>(() => asked);
        }

        Directory.GetFiles(temporary, "it.pdf", SearchOption.AllDirectories).ShouldHaveSingleItem();
        await using var next = await LockkeeperProcess.StartAsync(yaml, variables: variables);
        Directory.GetDirectories(temporary, "lockkeeper-pdf-*").ShouldBeEmpty();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_second_one_on_the_same_port_says_so_and_ends_with_1()
    {
        await using var first = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        await using var second = LockkeeperProcess.Launch(new TestConfig { Models = { ["a"] = "" } }.ToYaml(), first.BaseAddress.ToString().TrimEnd('/'));
        (await second.ExitAsync()).ShouldBe(1);
        await second.SaysAsync("in use");
        await second.SaysAsync("--listen");
        second.Said.ShouldNotContain("   at ");
        (await first.AnswerAsync("a")).ShouldStartWith("fake a ");
    }

    [Fact]
    public async Task A_bad_configuration_starts_nothing_and_ends_with_2()
    {
        await using var refused = LockkeeperProcess.Launch("sever: {}\nmodels:\n  a: { engine: nowhere }\n", "http://127.0.0.1:0");
        (await refused.ExitAsync()).ShouldBe(2);
        refused.Output.ShouldBeEmpty();
        refused.Said.ShouldContain(":1:");
        refused.Said.ShouldContain(":3:");
    }

    [Fact]
    public async Task Health_is_answered_while_an_engine_starts()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["never"] = "--never-ready" } });
        using var leave = new CancellationTokenSource();
        var waiting = lockkeeper.AskAsync("never", leave: leave.Token);
        await Eventually.True(() => lockkeeper.Engines.Count == 1, "the engine is starting");
        using var health = await lockkeeper.GetAsync("/health");
        (await health.Content.ReadAsStringAsync()).ShouldContain("ok");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    /// <summary>The reaper first stands still: else it would outlive the router by the moment it needs.</summary>
    private static void KillWithReaper(LockkeeperProcess lockkeeper)
    {
        var reaper = ProcessTable.ChildrenOf(lockkeeper.Pid).Single(pid => ProcessTable.CommandLine(pid).Contains("lockkeeper-reaper"));
        LockkeeperProcess.Signal("STOP", reaper);
        lockkeeper.Kill();
        LockkeeperProcess.Signal("KILL", reaper);
    }
}
