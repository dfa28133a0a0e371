using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What becomes of runs when the configuration says something else of them.</summary>
public sealed class FleetTests
{
    [Fact]
    public void A_run_made_of_something_else_is_drained_and_who_waits_gets_the_next_one()
    {
        var story = new SchedulerStory(change: options => With(options, command: "one"));
        story.IsResident("A");
        story.Arrives(1, "A").ShouldBe("grant 1 on A#1");
        story.Configured(With(SchedulerStory.Options(100, 1), command: "one")).ShouldBe("");
        story.Configured(With(SchedulerStory.Options(100, 1), command: "two")).ShouldBe("drain A#1");
        story.Arrives(2, "A").ShouldBe("");
        story.Released(1, "A#1").ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start A#2");
        story.Ready("A#2").ShouldBe("grant 2 on A#2");
    }

    [Fact]
    public void A_start_of_what_is_out_of_date_is_given_up()
    {
        var story = new SchedulerStory(change: options => With(options, command: "one"));
        story.Arrives(1, "A").ShouldBe("start A#1");
        story.Configured(With(SchedulerStory.Options(100, 1), command: "two")).ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start A#2");
        story.Ready("A#2").ShouldBe("grant 1 on A#2");
    }

    [Fact]
    public void An_attached_engine_that_has_moved_is_watched_at_its_new_place_without_being_asked_for()
    {
        var story = new SchedulerStory(change: options => With(options, command: "one", attached: true));
        story.Woken(0).ShouldBe("start A#1");
        story.Ready("A#1").ShouldBe("");
        story.Configured(With(SchedulerStory.Options(100, 1), command: "two", attached: true)).ShouldBe("drain A#1, stop A#1");
        story.Gone("A#1").ShouldBe("");
        story.Settled("A#1").ShouldBe("start A#2");
        story.Ready("A#2").ShouldBe("");
        story.Configured(With(SchedulerStory.Options(100, 1), command: "two", attached: true)).ShouldBe("");
    }

    [Fact]
    public void Fewer_requests_at_once_hold_from_the_next_grant_on()
    {
        var story = new SchedulerStory(slots: 2);
        story.IsResident("A");
        story.Arrives(1, "A").ShouldBe("grant 1 on A#1");
        story.Arrives(2, "A").ShouldBe("grant 2 on A#1");
        story.Configured(SchedulerStory.Options(100, 1)).ShouldBe("");
        story.Arrives(3, "A").ShouldBe("");
        story.Released(1, "A#1").ShouldBe("");
        story.Released(2, "A#1").ShouldBe("grant 3 on A#1");
    }

    private static SchedulerOptions With(SchedulerOptions options, string command, bool attached = false) => options with
    {
        Models =
        [
            .. options.Models.Select(model => model.Id.Value != "A" ? model : model with
            {
                Attached = attached,
                Recipe = new RunRecipe(new ModelSpec { Id = model.Id, Engine = new EngineSpec { Name = "e", Command = [command] } }),
            }),
        ],
    };
}
