using System.Net;
using System.Net.Sockets;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class EngineProcessTests
{
    [Fact]
    public async Task An_engine_that_ignores_SIGTERM_is_killed_after_stop_timeout()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Impatient(Yard.Model("--ignore-term")));
        var pid = await yard.Pid(instance);
        var start = TimeProvider.System.GetTimestamp();

        await yard.Gone(instance);

        TimeProvider.System.GetElapsedTime(start).ShouldBeInRange(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(15));
        ProcessTable.IsAlive(pid).ShouldBeFalse();
        (await yard.Witness.Saw<SchedulerEvent.InstanceGone>()).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task An_engine_that_obeys_is_not_killed()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model("--stop-delay", "500"));
        var start = TimeProvider.System.GetTimestamp();

        await yard.Gone(instance);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(450));
    }

    [Fact]
    public async Task A_worker_in_the_group_that_keeps_the_port_goes_too()
    {
        await using var yard = new Yard();
        var cookie = Cookie();
        var instance = await yard.Ready(Impatient(Yard.Model("--fork-worker", "--cookie", cookie)));
        var port = yard.Snapshot(instance).BaseAddress!.Port;
        ProcessTable.With(cookie).Count.ShouldBe(2);

        await yard.Gone(instance);

        ProcessTable.With(cookie).ShouldBeEmpty();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
    }

    [Fact]
    public async Task A_detached_grandchild_in_its_own_session_goes_too()
    {
        await using var yard = new Yard();
        var cookie = Cookie();
        var instance = await yard.Ready(Impatient(Yard.Model("--escape", "--cookie", cookie)));
        var engine = yard.Snapshot(instance).Pid;
        await Eventually.True(() => ProcessTable.With(cookie).Any(pid => pid != engine && ProcessTable.GroupOf(pid) == pid), "the grandchild runs, in a group of its own");

        await yard.Gone(instance);

        ProcessTable.With(cookie).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_crash_what_is_left_of_the_engine_is_cleared_away_before_its_memory_counts_as_back()
    {
        await using var yard = new Yard();
        var cookie = Cookie();
        var instance = await yard.Ready(Impatient(Yard.Model("--fork-worker", "--escape", "--cookie", cookie)));
        await Eventually.True(() => ProcessTable.With(cookie).Count == 3, "worker and grandchild run");
        using (var leader = System.Diagnostics.Process.GetProcessById(await yard.Pid(instance)))
        {
            leader.Kill();
        }

        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceGone", "MemorySettled"]);
        ProcessTable.With(cookie).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_process_that_cannot_take_SIGTERM_is_killed()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Impatient(Yard.Model()));
        var pid = await yard.Pid(instance);
        using (var stop = System.Diagnostics.Process.Start("/bin/kill", ["-STOP", $"{pid}"]))
        {
            await stop.WaitForExitAsync();
        }

        await yard.Gone(instance);

        ProcessTable.IsAlive(pid).ShouldBeFalse();
    }

    private static ModelSpec Impatient(ModelSpec model) => Yard.With(model, engine => engine with { StopTimeout = TimeSpan.FromMilliseconds(300) });

    private static string Cookie() => Guid.NewGuid().ToString();
}
