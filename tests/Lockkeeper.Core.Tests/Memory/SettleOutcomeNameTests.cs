using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

public sealed class SettleOutcomeNameTests
{
    [Fact]
    public void Every_outcome_has_a_name_for_machines() =>
        Enum.GetValues<SettleOutcome>().Select(SettleOutcomeName.Of).ShouldBe(["recovered", "plateau", "timeout", "unreadable", "not_needed"]);
}
