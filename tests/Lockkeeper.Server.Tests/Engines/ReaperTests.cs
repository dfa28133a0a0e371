using System.Diagnostics;
using System.Globalization;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

/// <summary>Each test kills a whole process that hosts engines (<c>tests/EngineHost</c>), as a person or the kernel would.</summary>
public sealed class ReaperTests
{
    /// <summary>It takes a tenth of a second; a busy machine may take a hundred times as long, and what is left alone lives for ever.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task No_engine_outlives_a_killed_host()
    {
        var cookie = Cookie();
        using var host = await Host.Start([.. Engine, "--ignore-term", "--fork-worker", "--cookie", cookie]);
        ProcessTable.With(cookie, "--port").Count.ShouldBe(2 + 1, "leader, worker, and the host that was given the same words");

        host.Process.Kill();

        await Eventually.True(() => ProcessTable.With(cookie).Count == 0, "no process is left", Promised);
        await Eventually.True(() => !ProcessTable.IsAlive(host.Reaper), "the reaper has left too", Promised);
    }

    [Fact]
    public async Task Not_even_a_grandchild_that_left_its_session_outlives_a_killed_host()
    {
        var cookie = Cookie();
        using var host = await Host.Start([.. Engine, "--escape", "--cookie", cookie]);
        await Eventually.True(() => ProcessTable.With(cookie, "--idle").Count == 1, "the grandchild runs");

        host.Process.Kill();

        await Eventually.True(() => ProcessTable.With(cookie).Count == 0, "no process is left", Promised);
    }

    [Fact]
    public async Task A_host_killed_between_spawn_and_guard_leaves_nothing_and_the_engine_never_runs()
    {
        var cookie = Cookie();
        using var host = await Host.Start(["--unguarded", FakeEngine.Executable, "--idle", "--cookie", cookie]);
        ProcessTable.IsAlive(host.Engine).ShouldBeTrue();
        ProcessTable.CommandLine(host.Engine)[0].ShouldBe("/bin/sh");

        host.Process.Kill();

        await Eventually.True(() => ProcessTable.With(cookie).Count == 0, "no process is left", Promised);
    }

    [Fact]
    public async Task A_killed_reaper_is_replaced_and_the_new_one_guards_what_runs()
    {
        var cookie = Cookie();
        using var host = await Host.Start([.. Engine, "--cookie", cookie]);

        using (var reaper = Process.GetProcessById(host.Reaper))
        {
            reaper.Kill();
        }

        bool IsAnother(int pid) => pid != host.Reaper && ProcessTable.CommandLine(pid).Contains("lockkeeper-reaper");
        await Eventually.True(() => ProcessTable.ChildrenOf(host.Process.Id).Any(IsAnother), "another reaper");
        ProcessTable.IsAlive(host.Engine).ShouldBeTrue();
        host.Process.Kill();

        await Eventually.True(() => ProcessTable.With(cookie).Count == 0, "no process is left", Promised);
    }

    [Fact]
    public async Task The_reaper_leaves_with_its_owner()
    {
        var yard = new Yard();
        await yard.Ready(Yard.Model());
        var reaper = yard.Instances.ReaperPid!.Value;
        ProcessTable.IsAlive(reaper).ShouldBeTrue();

        await yard.DisposeAsync();

        await Eventually.True(() => !ProcessTable.IsAlive(reaper), "the reaper has left");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_whole_mark_is_swept_for(bool isWhole)
    {
        // Nothing else on this machine bears either mark, so a reaper that sweeps when it should not reaches this one process alone.
        var mark = isWhole ? $"{Guid.NewGuid():N}." : $"broken-{Guid.NewGuid():N}";
        using var marked = Process.Start(new ProcessStartInfo("sleep", "60") { Environment = { [Reaper.MarkVariable] = mark } })!;
        try
        {
            // No group has that number, so only the sweep can end anything.
            string[] arguments = ["-c", Reaper.Script, "lockkeeper-reaper", $"{Reaper.MarkVariable}={mark}", "2147483647"];
            using var reaper = Process.Start(new ProcessStartInfo("/bin/sh", arguments) { RedirectStandardInput = true })!;
            reaper.StandardInput.Close();
            await reaper.WaitForExitAsync();

            marked.WaitForExit(isWhole ? Promised : TimeSpan.FromMilliseconds(200)).ShouldBe(isWhole);
        }
        finally
        {
            marked.Kill();
        }
    }

    private static string[] Engine => [FakeEngine.Executable, "--port", "{port}"];

    private static string Cookie() => Guid.NewGuid().ToString();

    /// <summary>A running <c>engine-host</c>, its engine up.</summary>
    private sealed class Host : IDisposable
    {
        public required Process Process { get; init; }

        public required int Engine { get; init; }

        public required int Reaper { get; init; }

        public static async Task<Host> Start(string[] arguments)
        {
            var program = FakeEngine.Executable.Replace("FakeEngine", "EngineHost", StringComparison.Ordinal).Replace("fake-engine", "engine-host", StringComparison.Ordinal);
            var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            var pids = (await process.StandardOutput.ReadLineAsync())!.Split(' ').Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)).ToList();
            return new Host { Process = process, Engine = pids[0], Reaper = pids[1] };
        }

        public void Dispose()
        {
            Process.Kill();
            Process.Dispose();
        }
    }
}
