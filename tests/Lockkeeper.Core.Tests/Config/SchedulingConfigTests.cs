using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class SchedulingConfigTests
{
    [Fact]
    public void The_defaults_are_those_of_the_scheduler()
    {
        var config = new SchedulingConfig();
        var options = new SchedulerOptions { Pools = [], Models = [] };
        foreach (var priority in Enum.GetValues<Priority>())
        {
            config.MaxWaitOf(priority).ShouldBe(options.MaxWait[priority], priority.ToString());
        }

        (config.MaxQueue, config.TurnFactor, config.SwapPatience, config.GateCap, config.Preempt)
            .ShouldBe((options.MaxQueue, options.TurnFactor, options.SwapPatience, options.GateCap, options.Preempt));
    }

    [Fact]
    public void A_request_is_refused_after_five_minutes_or_twice_its_wait_and_a_background_one_never()
    {
        var config = new SchedulingConfig { MaxWait = new MaxWaitConfig { Low = TimeSpan.FromMinutes(4) } };
        config.QueueTimeoutOf(Priority.Critical).ShouldBe(TimeSpan.FromMinutes(5));
        config.QueueTimeoutOf(Priority.Low).ShouldBe(TimeSpan.FromMinutes(8));
        config.QueueTimeoutOf(Priority.Background).ShouldBeNull();
    }

    [Fact]
    public void What_is_written_counts_and_off_is_never()
    {
        var config = new SchedulingConfig
        {
            QueueTimeout = new QueueTimeoutConfig { Critical = new DurationOrOff(TimeSpan.FromSeconds(1)), Medium = DurationOrOff.Off, Background = new DurationOrOff(TimeSpan.FromHours(1)) },
        };
        config.QueueTimeoutOf(Priority.Critical).ShouldBe(TimeSpan.FromSeconds(1));
        config.QueueTimeoutOf(Priority.Medium).ShouldBeNull();
        config.QueueTimeoutOf(Priority.Background).ShouldBe(TimeSpan.FromHours(1));
        config.QueueTimeoutOf(Priority.High).ShouldBe(TimeSpan.FromMinutes(5));
    }
}
