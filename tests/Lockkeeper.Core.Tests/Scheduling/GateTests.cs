using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Who is still served by the resident model while another one is wanted too.</summary>
public sealed class GateTests
{
    [Fact]
    public void Tickets_that_come_while_a_model_loads_are_served_before_it_is_left()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Arrives(3, "A");
        story.Ready("A#1").ShouldBe("grant 1 on A#1");
        story.Arrives(4, "A");
        story.Released(1, "A#1").ShouldBe("grant 3 on A#1, drain A#1");
        story.Released(3, "A#1").ShouldBe("stop A#1", "ticket 4 came after the gate had closed");
    }

    [Fact]
    public void Late_arrivals_queue_for_the_next_residency_so_that_nobody_starves()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Arrives(3, "B");
        story.Arrives(4, "A");
        story.Arrives(5, "B");
        story.OrderOfService.ShouldBe("2 3 5 4");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1, drain A#1", "ticket 2 waited already when the gate closed, ticket 4 did not");
        story.Released(2, "A#1").ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start B#2");
        story.Ready("B#2").ShouldBe("grant 3 on B#2");
        story.Released(3, "B#2").ShouldBe("grant 5 on B#2, drain B#2");
        story.Released(5, "B#2").ShouldBe("stop B#2");
        story.Stops("B#2").ShouldBe("start A#3");
    }

    [Fact]
    public void A_free_slot_of_a_draining_instance_is_closed_to_newcomers()
    {
        var story = new SchedulerStory(slots: 2);
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B").ShouldBe("drain A#1");
        story.Arrives(3, "A").ShouldBe("");
    }

    [Fact]
    public void A_worse_priority_elsewhere_does_not_close_the_gate_while_better_tickets_wait()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Arrives(3, "B", Priority.Low).ShouldBe("");
        story.Arrives(4, "A");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1");
        story.Released(2, "A#1").ShouldBe("grant 4 on A#1, drain A#1", "priorities are strict: ticket 4 is served though it came later");
        story.Released(4, "A#1").ShouldBe("stop A#1");
    }

    [Fact]
    public void A_better_priority_elsewhere_overtakes_those_who_wait_for_the_resident()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Arrives(3, "B", Priority.High).ShouldBe("drain A#1");
        story.Released(1, "A#1").ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start B#2");
    }

    [Fact]
    public void A_better_priority_passes_the_closed_gate_because_it_would_be_next_in_any_case()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B").ShouldBe("drain A#1");
        story.Arrives(3, "A", Priority.High);
        story.State.ShouldBe("A#1 Ready 1");
        story.Released(1, "A#1").ShouldBe("grant 3 on A#1, drain A#1");
    }

    [Fact]
    public void The_gate_reopens_when_those_who_closed_it_have_left()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B").ShouldBe("drain A#1");
        story.Arrives(3, "A");
        story.Leaves(2).ShouldBe("");
        story.State.ShouldBe("A#1 Ready 1");
        story.Released(1, "A#1").ShouldBe("grant 3 on A#1");
    }
}
