using Lockkeeper.Server.Engines.Liveness;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Liveness;

public sealed class CpuTimeTests
{
    [Fact]
    public void User_and_system_time_are_told_whatever_the_program_is_called() =>
        CpuTime.In("12 (a) S 1 (b) S 1 12 12 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 98765 0 0"u8).ShouldBe(TimeSpan.FromSeconds(2));

    [Fact]
    public void Who_computes_is_seen_to()
    {
        var before = CpuTime.Of([Environment.ProcessId]).ShouldNotBeNull();
        var until = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 10);
        while (TimeProvider.System.GetTimestamp() < until)
        {
            Thread.SpinWait(100);
        }

        CpuTime.Of([Environment.ProcessId]).ShouldNotBeNull().ShouldBeGreaterThan(before);
    }

    [Fact]
    public void A_process_that_is_gone_has_used_nothing() => CpuTime.Of([int.MaxValue]).ShouldBe(TimeSpan.Zero);
}
