using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class DurationOrOffTests
{
    [Theory]
    [InlineData("off", "off")]
    [InlineData("0", "0s")]
    [InlineData("90s", "1m30s")]
    public void A_duration_or_the_word_off_is_read(string text, string shown)
    {
        DurationOrOff.TryParse(text, out var limit, out _).ShouldBeTrue();
        limit.ToString().ShouldBe(shown);
        limit.Value.HasValue.ShouldBe(text != "off");
    }

    [Theory]
    [InlineData("Off", "'Off' is no duration; write off for none")]
    [InlineData("none", "'none' is no duration; write off for none")]
    [InlineData("5", "'5' has no unit; write 5s for seconds, or ms, m, h")]
    [InlineData("-5s", "'-5s' is negative; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s")]
    public void Anything_else_is_refused(string text, string reason)
    {
        DurationOrOff.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(reason);
    }
}
