using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class PreemptionTests
{
    [Fact]
    public void A_critical_ticket_takes_the_slot_of_the_youngest_background_request_that_has_sent_nothing()
    {
        var story = Busy(preempt: true);
        story.Sends(3, "A#1");
        story.Arrives(4, "A", Priority.Critical).ShouldBe("requeue 2 on A#1", "3 is younger, but has sent something");
        story.Arrives(5, "B").ShouldBe("", "nobody is asked back twice, or for anybody else");
        story.Released(2, "A#1").ShouldBe("grant 4 on A#1");
        story.ComesBack(2, "A", Priority.Background, since: 0).ShouldBe("");
        story.Released(4, "A#1");
        story.Released(2, "A#1").ShouldBe("", "told again, while it waits or runs anew, it frees no slot");
    }

    [Fact]
    public void Nobody_is_asked_back_unless_that_is_configured() => Busy(preempt: false).Arrives(4, "A", Priority.Critical).ShouldBe("");

    [Fact]
    public void Nobody_is_asked_back_for_a_priority_that_is_only_high() => Busy(preempt: true).Arrives(4, "A", Priority.High).ShouldBe("");

    [Fact]
    public void A_critical_ticket_for_another_model_empties_the_one_that_has_to_go()
    {
        var story = Busy(preempt: true);
        story.Arrives(4, "B", Priority.Critical).ShouldBe("drain A#1, requeue 3 on A#1, requeue 2 on A#1, requeue 1 on A#1");
    }

    [Fact]
    public void A_late_release_of_an_old_run_frees_no_slot_of_the_new_one()
    {
        var story = Busy(preempt: true);
        story.Arrives(4, "B", Priority.Critical);
        for (var id = 1; id <= 3; id++)
        {
            story.Released(id, "A#1");
            story.ComesBack(id, "A", Priority.Background, since: 0);
        }

        story.Stops("A#1").ShouldBe("start B#2");
        story.Ready("B#2");
        story.Released(4, "B#2");
        story.Stops("B#2").ShouldBe("start A#3");
        story.Ready("A#3").ShouldBe("grant 1 on A#3, grant 2 on A#3, grant 3 on A#3");
        story.Arrives(9, "A");
        story.Released(1, "A#1").ShouldBe("", "ticket 1 runs, but on another run");
        story.State.ShouldBe("A#3 Ready 3");
    }

    /// <summary>Three background requests run on A.</summary>
    private static SchedulerStory Busy(bool preempt)
    {
        var story = new SchedulerStory(slots: 3, change: options => options with { Preempt = preempt });
        story.IsResident("A");
        for (var id = 1; id <= 3; id++)
        {
            story.Arrives(id, "A", Priority.Background);
        }

        return story;
    }
}
