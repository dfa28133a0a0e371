using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class SchedulingRulesTests
{
    [Fact]
    public void The_defaults_agree() => Problems(new SchedulingConfig()).ShouldBeEmpty();

    [Fact]
    public void A_request_that_is_refused_before_it_could_be_overdue_is_seen_once()
    {
        var timeout = new DurationOrOff(TimeSpan.FromSeconds(10));
        Problems(new SchedulingConfig { QueueTimeout = new QueueTimeoutConfig { Critical = timeout, High = timeout, Medium = timeout, Low = timeout } }).ShouldBe(
            ["f: scheduling.max_wait.medium: is 20s, but such a request is refused after 10s (queue_timeout), before it could be overdue; raise queue_timeout, or write off for it"]);
    }

    [Fact]
    public void A_long_wait_raises_the_default_timeout_with_it() => Problems(new SchedulingConfig { MaxWait = new MaxWaitConfig { Low = TimeSpan.FromDays(1) } }).ShouldBeEmpty();

    private static IEnumerable<string> Problems(SchedulingConfig scheduling)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        SchedulingRules.Check(scheduling, findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
