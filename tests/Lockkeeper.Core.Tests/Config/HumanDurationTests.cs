using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("5 s", 5_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h 2m 3s 4ms", 3_723_004)]
    public void A_duration_is_read(string text, double milliseconds)
    {
        HumanDuration.TryParse(text, out var duration, out var problem).ShouldBeTrue(problem);
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("5", "'5' has no unit; write 5s for seconds, or ms, m, h")]
    [InlineData("1.5", "'1.5' has no unit; write 1.5s for seconds, or ms, m, h")]
    [InlineData("1m30", "'1m30' has no unit; write 30s for seconds, or ms, m, h")]
    [InlineData("", "'' is no duration; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    [InlineData("soon", "'soon' is no duration; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    [InlineData("1..5s", "'1..5s' is no duration; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    [InlineData("-5s", "'-5s' is negative; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    [InlineData("5 minutes", "'5 minutes' has the unknown unit 'minutes'; write ms, s, m, h or d")]
    [InlineData("5S", "'5S' has the unknown unit 'S'; write ms, s, m, h or d")]
    [InlineData("30s1m", "'30s1m' names its units out of order; write the largest first, as in 1m30s")]
    [InlineData("1s1s", "'1s1s' names its units out of order; write the largest first, as in 1m30s")]
    [InlineData("10675200d", "'10675200d' is too long")]
    [InlineData("10675199d23h", "'10675199d23h' is too long")]
    public void What_is_no_duration_is_refused_with_the_fix(string text, string expected)
    {
        HumanDuration.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.5, "0.5ms")]
    [InlineData(2, "2ms")]
    [InlineData(1_500, "1s500ms")]
    [InlineData(90_000, "1m30s")]
    [InlineData(90_061_000, "1d1h1m1s")]
    public void A_duration_is_shown_and_read_back(double milliseconds, string shown)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        HumanDuration.Format(duration).ShouldBe(shown);
        HumanDuration.TryParse(shown, out var read, out _).ShouldBeTrue();
        read.ShouldBe(duration);
    }
}
