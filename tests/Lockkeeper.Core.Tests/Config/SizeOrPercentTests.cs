using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class SizeOrPercentTests
{
    [Theory]
    [InlineData("25%", 250)]
    [InlineData("300B", 300)]
    [InlineData("1KB", 1000)]
    public void An_amount_is_a_size_or_a_share_of_the_whole(string text, long bytes)
    {
        SizeOrPercent.TryParse(text, out var amount, out _).ShouldBeTrue();
        amount.Of(1000).ShouldBe(bytes);
        amount.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("a quarter", "'a quarter' is no size")]
    [InlineData("120%", "'120%' is more than the whole")]
    public void Anything_else_is_refused(string text, string reason)
    {
        SizeOrPercent.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull().ShouldStartWith(reason);
    }
}
