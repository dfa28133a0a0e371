using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Who is still served by the resident model while another one is wanted too.</summary>
public sealed class GateTests
{
    /// <summary>A is resident and busy with ticket 1, ticket 2 waits for it; B's ticket 3 is overdue at 20 s and closes the gate.</summary>
    private static SchedulerStory Closed(int slots = 1)
    {
        var story = new SchedulerStory(slots: slots, change: options => options with { SwapPatience = 1_000 });
        story.IsResident("A");
        for (var id = 101; id < 101 + slots; id++)
        {
            story.Arrives(id, "A");
        }

        story.Arrives(2, "A");
        story.Arrives(3, "B");
        story.Woken(20).ShouldBe("");
        return story;
    }

    [Fact]
    public void Those_who_waited_when_it_closed_pass_and_later_ones_wait_for_the_next_turn()
    {
        var story = Closed();
        story.Arrives(104, "A");
        story.Released(101, "A#1").ShouldBe("grant 2 on A#1, drain A#1", "ticket 2 waited already, ticket 104 did not");
        story.Released(2, "A#1").ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start B#2");
        story.Ready("B#2").ShouldBe("grant 3 on B#2, drain B#2");
        story.Released(3, "B#2").ShouldBe("stop B#2");
        story.Stops("B#2").ShouldBe("start A#3");
    }

    [Fact]
    public void A_free_slot_behind_a_closed_gate_is_not_for_newcomers()
    {
        var story = Closed(slots: 2);
        story.Released(101, "A#1").ShouldBe("grant 2 on A#1, drain A#1");
        story.Released(2, "A#1").ShouldBe("");
        story.Arrives(104, "A").ShouldBe("");
    }

    [Fact]
    public void A_better_priority_than_every_foreign_waiter_passes_late()
    {
        var story = Closed();
        story.Arrives(104, "A", Priority.High);
        story.Released(101, "A#1").ShouldBe("grant 104 on A#1");
    }

    [Fact]
    public void When_its_cap_is_over_nobody_passes_however_many_still_wait()
    {
        var story = Closed();
        story.Wake.ShouldBe(TimeSpan.FromSeconds(50), "30 s, for a swap was measured to cost a second");
        story.Seconds = 49;
        story.Arrives(104, "A", Priority.High);
        story.Woken(50).ShouldBe("drain A#1");
        story.Released(101, "A#1").ShouldBe("stop A#1", "ticket 2 was there in time and 104 is better, but the time is up");
    }

    [Fact]
    public void It_reopens_when_those_who_closed_it_have_left()
    {
        var story = Closed();
        story.Arrives(104, "A");
        story.Leaves(3).ShouldBe("");
        story.Released(101, "A#1").ShouldBe("grant 2 on A#1");
        story.Released(2, "A#1").ShouldBe("grant 104 on A#1");
    }

    [Fact]
    public void A_worse_priority_than_the_best_foreign_waiter_does_not_pass()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Woken(4).ShouldBe("");
        story.Arrives(3, "B", Priority.High).ShouldBe("drain A#1", "the turn has lasted a swap cost, which a better priority may cut it to");
        story.Released(1, "A#1").ShouldBe("stop A#1");
    }

    [Fact]
    public void Who_comes_and_goes_does_not_renew_it()
    {
        var story = Closed();
        for (var second = 25; second < 50; second += 5)
        {
            story.Seconds = second;
            story.Arrives(200 + second, "C", Priority.Critical).ShouldBe("drain A#1");
            story.Leaves(200 + second).ShouldBe("");
        }

        story.Arrives(300, "A", Priority.High);
        story.Woken(50).ShouldBe("drain A#1", "30 s after it closed");
    }
}
