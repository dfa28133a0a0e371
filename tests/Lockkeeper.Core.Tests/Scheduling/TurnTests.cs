using System.Collections.Frozen;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>How long a model that became resident is kept while it has waiters. A swap costs 5 s in these stories, so a turn lasts 15.</summary>
public sealed class TurnTests
{
    [Theory]
    [InlineData(0.1, 3, 0.1, 1)]
    [InlineData(5, 3, 5, 15)]
    [InlineData(5, 0.5, 2.5, 2.5)]
    [InlineData(90, 3, 90, 120)]
    [InlineData(500, 3, 120, 120)]
    public void It_is_a_multiple_of_the_swap_cost_between_a_second_and_two_minutes(double cost, double factor, double least, double whole) =>
        Turn.Of(TimeSpan.FromSeconds(cost), factor).ShouldBe(new Turn(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(whole)));

    [Fact]
    public void A_model_with_waiters_is_not_left_before_its_turn_is_over_though_others_are_overdue()
    {
        var story = Resident(waiters: 2);
        story.Arrives(11, "B");
        story.Wake.ShouldBe(TimeSpan.FromSeconds(15 + 4));
        story.Woken(18.9).ShouldBe("");
        story.Arrives(12, "A");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1", "the gate is open");
        story.Woken(28);
        story.Arrives(13, "A");
        story.Released(2, "A#1").ShouldBe("grant 12 on A#1, drain A#1", "the turn is over, and ticket 11 is overdue: 13 came after the gate had closed");
    }

    [Fact]
    public void A_better_priority_cuts_it_to_one_swap_cost()
    {
        var story = Resident(waiters: 2);
        story.Arrives(11, "B", Priority.High).ShouldBe("");
        story.Wake.ShouldBe(TimeSpan.FromSeconds(5 + 4));
        story.Woken(8.9).ShouldBe("");
        story.Woken(9).ShouldBe("drain A#1");
    }

    [Fact]
    public void An_equal_priority_waits_until_all_others_together_have_waited_long_enough()
    {
        var story = Resident(waiters: 1);
        story.Arrives(11, "B").ShouldBe("");
        story.Wake!.Value.TotalSeconds.ShouldBe(4 + 5, 0.001, "a swap cost of 5 s for the one who waits");
        story.Arrives(12, "B");
        story.Wake!.Value.TotalSeconds.ShouldBe(4 + 5, 0.001, "two who wait put up with twice as much, and wait twice as much");
        story.Woken(9.1).ShouldBe("drain A#1");
    }

    /// <summary>A has been resident since second 4 and runs ticket 1; the others wait.</summary>
    private static SchedulerStory Resident(int waiters)
    {
        var story = new SchedulerStory(change: options => options with
        {
            Figures = options.Models.ToFrozenDictionary(model => model.Id, _ => new ModelFigures { Load = TimeSpan.FromSeconds(4), Free = TimeSpan.FromSeconds(1) }),
        });
        story.Arrives(1, "A");
        story.Seconds = 4;
        story.Ready("A#1");
        for (var id = 2; id <= waiters; id++)
        {
            story.Arrives(id, "A");
        }

        return story;
    }
}
