using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class InstanceFailureTests
{
    [Fact]
    public void It_says_cause_exit_code_and_the_last_lines_in_one_line() =>
        new InstanceFailure("it ended", 3, ["1", "2", "3", "4", "5", "6"]).ToString().ShouldBe("it ended (exit code 3). Its last output: 2 | 3 | 4 | 5 | 6");

    [Fact]
    public void What_is_not_known_is_not_said() => InstanceFailure.Of("it ended").ToString().ShouldBe("it ended.");
}
