using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Starts that fail, engines that die, news that comes late or twice, and the end.</summary>
public sealed class SchedulerFaultTests
{
    [Fact]
    public void A_failed_start_refuses_those_who_waited_for_it_and_the_next_model_goes_on()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Arrives(3, "A");
        story.FailsToStart("A#1", "the file is not a model").ShouldBe("refuse 1: engine_start_failed, refuse 3: engine_start_failed");
        story.LastEffects.OfType<SchedulerEffect.Refuse>().First().Error.ShouldBeOfType<RouterError.StartFailed>().Failure.Cause.ShouldBe("the file is not a model");
        story.Arrives(4, "A").ShouldBe("", "its memory is not back yet");
        story.Settled("A#1").ShouldBe("start B#2");
        story.Ready("B#2").ShouldBe("grant 2 on B#2");
        story.Released(2, "B#2").ShouldBe("drain B#2, stop B#2");
        story.Stops("B#2").ShouldBe("start A#3", "a failed start is tried again for the next request");
    }

    [Fact]
    public void A_start_that_fails_because_it_was_stopped_refuses_nobody()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Leaves(1).ShouldBe("stop A#1");
        story.Arrives(3, "A");
        story.FailsToStart("A#1", "stopped").ShouldBe("");
        story.Settled("A#1").ShouldBe("start B#2");
        story.Waiting.ShouldBe(2);
    }

    [Fact]
    public void A_crash_gives_those_who_wait_a_fresh_run_when_the_memory_is_back()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Crashes("A#1").ShouldBe("");
        story.Released(1, "A#1").ShouldBe("");
        story.Settled("A#1").ShouldBe("start A#2");
        story.Ready("A#2").ShouldBe("grant 2 on A#2");
    }

    [Fact]
    public void A_crash_that_nobody_waits_for_starts_nothing()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Crashes("A#1").ShouldBe("");
        story.Settled("A#1").ShouldBe("");
        story.State.ShouldBe("");
        story.Arrives(1, "A").ShouldBe("start A#2");
    }

    [Fact]
    public void A_ticket_whose_model_crashed_three_times_while_it_waited_is_refused_with_the_evidence()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A", Priority.Background);
        foreach (var run in (string[])["A#1", "A#2"])
        {
            story.Ready(run);
            story.Arrives(run == "A#1" ? 10 : 11, "A", Priority.Critical);
            story.Released(1, run);
            story.Crashes(run, "segmentation fault").ShouldBe("");
            story.Settled(run);
        }

        story.Arrives(2, "A");
        story.Crashes("A#3", "segmentation fault").ShouldBe("refuse 11: engine_backing_off, refuse 2: engine_backing_off");
        story.LastEffects.OfType<SchedulerEffect.Refuse>().First().Error.ShouldBeOfType<RouterError.BackingOff>().Failure.Cause.ShouldBe("segmentation fault");
        story.Settled("A#3").ShouldBe("", "nobody is left to start it for");
    }

    [Fact]
    public void Closing_lets_what_runs_finish_and_refuses_everybody_else()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Arrives(3, "B");
        story.Closes().ShouldBe("refuse 2: shutting_down, refuse 3: shutting_down, drain A#1");
        story.Arrives(4, "A").ShouldBe("refuse 4: shutting_down");
        story.Released(1, "A#1").ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("");
    }

    [Fact]
    public void Closing_stops_an_idle_instance_at_once()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Closes().ShouldBe("drain A#1, stop A#1");
        story.Closes().ShouldBe("");
    }

    [Fact]
    public void Closing_stops_a_start()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Closes().ShouldBe("refuse 1: shutting_down, stop A#1");
    }

    [Fact]
    public void Late_news_of_an_old_run_changes_nothing()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Crashes("A#1");
        story.Settled("A#1");
        story.IsResident("A");
        story.Arrives(2, "A").ShouldBe("grant 2 on A#2");
        story.Arrives(3, "A");
        story.Released(1, "A#1").ShouldBe("", "it held no slot of this run");
        story.Released(1, "A#2").ShouldBe("", "nor did it under this name");
        story.Crashes("A#1").ShouldBe("");
        story.Settled("A#1").ShouldBe("");
        story.FailsToStart("A#1").ShouldBe("");
        story.Ready("A#1").ShouldBe("");
        story.State.ShouldBe("A#2 Ready 1");
    }

    [Fact]
    public void A_release_told_twice_frees_one_slot()
    {
        var story = new SchedulerStory(slots: 2);
        story.IsResident("A");
        for (var id = 1; id <= 4; id++)
        {
            story.Arrives(id, "A");
        }

        story.Released(1, "A#1").ShouldBe("grant 3 on A#1");
        story.Released(1, "A#1").ShouldBe("");
    }

    [Fact]
    public void A_cancel_of_a_granted_or_unknown_ticket_changes_nothing()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "A");
        story.Leaves(1).ShouldBe("", "its lease frees the slot");
        story.Leaves(99).ShouldBe("");
        story.Leaves(2).ShouldBe("");
        story.Leaves(2).ShouldBe("");
        story.Released(1, "A#1").ShouldBe("");
    }
}
