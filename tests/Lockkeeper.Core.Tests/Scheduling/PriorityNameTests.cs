using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class PriorityNameTests
{
    [Theory]
    [InlineData("critical", 0)]
    [InlineData("High", 1)]
    [InlineData("medium", 2)]
    [InlineData("low", 3)]
    [InlineData("background", 4)]
    [InlineData("0", 0)]
    [InlineData("4", 4)]
    public void A_priority_is_read_by_name_or_number(string text, int expected)
    {
        PriorityName.TryParse(text, out var priority).ShouldBeTrue();
        ((int)priority).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-1")]
    [InlineData("02")]
    [InlineData("urgent")]
    public void Anything_else_is_no_priority(string text) => PriorityName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Every_priority_has_a_name_that_is_read_back()
    {
        foreach (var priority in Enum.GetValues<Priority>())
        {
            PriorityName.TryParse(PriorityName.Of(priority), out var read).ShouldBeTrue();
            read.ShouldBe(priority);
        }
    }
}
