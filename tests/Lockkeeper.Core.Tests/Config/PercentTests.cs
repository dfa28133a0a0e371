using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PercentTests
{
    [Theory]
    [InlineData("20%", 20)]
    [InlineData("0%", 0)]
    [InlineData("100 %", 100)]
    [InlineData("12.5%", 12.5)]
    public void A_share_is_read(string text, double value)
    {
        Percent.TryParse(text, out var percent, out _).ShouldBeTrue();
        percent.Value.ShouldBe(value);
    }

    [Theory]
    [InlineData("20", "'20' has no unit; write 20% for a share")]
    [InlineData("101%", "'101%' is more than the whole; write 0% to 100%")]
    [InlineData("-1%", "'-1%' is no percentage; write a percentage such as 20%")]
    [InlineData("%", "'%' is no percentage; write a percentage such as 20%")]
    [InlineData("20%%", "'20%%' is no percentage; write a percentage such as 20%")]
    [InlineData("NaN%", "'NaN%' is no percentage; write a percentage such as 20%")]
    public void Anything_else_is_refused(string text, string reason)
    {
        Percent.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(reason);
    }
}
