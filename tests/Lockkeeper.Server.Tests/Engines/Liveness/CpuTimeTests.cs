using System.Diagnostics;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Liveness;

public sealed class CpuTimeTests
{
    [Fact]
    public void User_and_system_time_are_told_whatever_the_program_is_called() =>
        CpuTime.In("12 (a) S 1 (b) S 1 12 12 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 98765 0 0"u8).ShouldBe(TimeSpan.FromSeconds(2));

    [Fact]
    public async Task Who_computes_is_seen_to()
    {
        using var busy = Busy();
        var before = CpuTime.Of([busy.Id]);
        await Eventually.True(() => CpuTime.Since(before, [busy.Id]) > TimeSpan.Zero, "it computes");
        busy.Kill();
    }

    [Fact]
    public void A_process_that_ends_does_not_hide_the_work_of_another()
    {
        using var busy = Busy();
        var before = CpuTime.Of([Environment.ProcessId, busy.Id]); // the tests have used more by now than the other can in a moment
        CpuTime.Since(before, [busy.Id]).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        busy.Kill();
    }

    [Fact]
    public void A_process_that_is_gone_has_used_nothing() => CpuTime.Since(CpuTime.Of([int.MaxValue]), [int.MaxValue]).ShouldBe(TimeSpan.Zero);

    [Fact]
    public void Of_nobody_nothing_is_known()
    {
        CpuTime.Of([]).ShouldBeNull();
        CpuTime.Since(CpuTime.Of([Environment.ProcessId]), []).ShouldBeNull();
    }

    private static Process Busy() => Process.Start("/bin/sh", ["-c", "while :; do :; done"]);
}
