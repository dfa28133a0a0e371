using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class BackOffTests
{
    private static readonly InstanceFailure Failure = InstanceFailure.Of("it ended");

    private readonly BackOff _backOff = new();

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(9, 128)]
    [InlineData(50, 128)]
    public void From_the_third_failure_in_a_row_it_is_left_alone_and_longer_each_time(int failures, int seconds)
    {
        for (var failure = 0; failure < failures; failure++)
        {
            _backOff.Failed(Failure, readyFor: null, TimeSpan.FromSeconds(10));
        }

        (_backOff.NextTry - TimeSpan.FromSeconds(10)).ShouldBe(TimeSpan.FromSeconds(seconds));
        (_backOff.Evidence(TimeSpan.FromSeconds(10)) == Failure).ShouldBe(seconds > 0);
        _backOff.Evidence(_backOff.NextTry).ShouldBeNull();
    }

    [Fact]
    public void A_run_that_served_for_a_minute_begins_a_new_count()
    {
        Fail(59);
        Fail(59);
        Fail(60);
        _backOff.Failures.ShouldBe(1);
        Fail(59);
        Fail(59);
        _backOff.Failures.ShouldBe(3);
    }

    [Fact]
    public void A_run_that_ended_because_it_was_asked_to_clears_it()
    {
        Fail(0);
        Fail(0);
        Fail(0);
        _backOff.EndedWell();
        _backOff.Evidence(TimeSpan.Zero).ShouldBeNull();
        _backOff.Failures.ShouldBe(0);
    }

    private void Fail(double readyFor) => _backOff.Failed(Failure, TimeSpan.FromSeconds(readyFor), TimeSpan.Zero);
}
