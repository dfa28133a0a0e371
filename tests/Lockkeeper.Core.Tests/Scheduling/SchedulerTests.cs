using System.Collections.Frozen;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>The rule, sentence by sentence: who runs, who is next, who is refused. What must hold whatever happens is in <see cref="SchedulerHistoryTests"/>.</summary>
public sealed class SchedulerTests
{
    [Fact]
    public void The_first_request_starts_its_model_and_runs_when_it_is_ready()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A").ShouldBe("start A#1");
        story.State.ShouldBe("A#1 Starting 0");
        story.Ready("A#1").ShouldBe("grant 1 on A#1");
        story.State.ShouldBe("A#1 Ready 1");
        story.Released(1, "A#1").ShouldBe("");
        story.State.ShouldBe("A#1 Ready 0", "a resident model stays until another one is wanted");
    }

    [Fact]
    public void A_request_for_an_idle_resident_model_runs_at_once()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A").ShouldBe("grant 1 on A#1");
        story.Waiting.ShouldBe(0);
    }

    [Fact]
    public void The_request_that_ends_last_may_have_its_model_go_sooner()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.ArrivesAsking(1, "A", TimeSpan.FromSeconds(10)).ShouldBe("grant 1 on A#1");
        story.Released(1, "A#1").ShouldBe("");
        story.Woken(story.Seconds + 9.9).ShouldBe("");
        story.Woken().ShouldBe("stop A#1");
    }

    [Fact]
    public void A_model_goes_at_once_where_it_is_to_stay_for_no_time_and_nobody_else_waits_for_it()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.ArrivesAsking(1, "A", TimeSpan.Zero);
        story.Arrives(2, "A");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1");
        story.Released(2, "A#1").ShouldBe("", "the last one wanted nothing");
        story.ArrivesAsking(3, "A", TimeSpan.Zero).ShouldBe("grant 3 on A#1");
        story.Released(3, "A#1").ShouldBe("stop A#1");
    }

    [Fact]
    public void No_more_run_on_an_instance_than_it_has_slots()
    {
        var story = new SchedulerStory(slots: 2);
        story.IsResident("A");
        story.Arrives(1, "A").ShouldBe("grant 1 on A#1");
        story.Arrives(2, "A").ShouldBe("grant 2 on A#1");
        story.Arrives(3, "A").ShouldBe("");
        story.Released(1, "A#1").ShouldBe("grant 3 on A#1");
    }

    [Fact]
    public void A_free_slot_goes_to_the_best_priority_then_to_the_first_come()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "A", Priority.Low);
        story.Arrives(3, "A");
        story.Arrives(4, "A", Priority.High);
        story.Ready("A#1").ShouldBe("grant 4 on A#1");
        story.Released(4, "A#1").ShouldBe("grant 1 on A#1");
        story.Released(1, "A#1").ShouldBe("grant 3 on A#1");
        story.Released(3, "A#1").ShouldBe("grant 2 on A#1");
    }

    [Fact]
    public void A_swap_drains_stops_settles_and_only_then_starts()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B", Priority.High).ShouldBe("drain A#1", "work in flight is never killed");
        story.State.ShouldBe("A#1 Draining 1");
        story.Released(1, "A#1").ShouldBe("stop A#1");
        story.Gone("A#1").ShouldBe("", "its memory is not back yet");
        story.State.ShouldBe("A#1 Settling 0");
        story.Settled("A#1").ShouldBe("start B#2");
        story.Ready("B#2").ShouldBe("grant 2 on B#2");
    }

    [Fact]
    public void An_idle_resident_is_left_at_once()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "B").ShouldBe("drain A#1, stop A#1");
    }

    [Fact]
    public void The_next_resident_is_the_model_of_the_best_priority_then_of_the_oldest_ticket()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B", Priority.Low);
        story.Arrives(3, "C");
        story.Arrives(4, "D");
        story.Released(1, "A#1");
        story.Stops("A#1").ShouldBe("start C#2");
        story.OrderOfService.ShouldBe("3 4 2");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Eight_alternating_requests_each_for_two_models_at_once_cost_at_most_two_swaps(int slots)
    {
        var story = new SchedulerStory(slots: slots);
        story.IsResident("A");
        SwapsToServe(story, [.. Enumerable.Range(1, 16).Select(id => (id, id % 2 == 1 ? "A" : "B"))]).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void A_stop_is_never_taken_back_but_the_model_can_be_started_again()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "B").ShouldBe("drain A#1, stop A#1");
        story.Leaves(1);
        story.Arrives(2, "A").ShouldBe("");
        story.Ready("A#1").ShouldBe("", "late news");
        story.Stops("A#1").ShouldBe("start A#2");
    }

    [Fact]
    public void A_start_that_nobody_waits_for_any_more_is_stopped_if_others_wait()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Leaves(1).ShouldBe("stop A#1");
        story.Stops("A#1").ShouldBe("start B#2");
    }

    [Fact]
    public void A_start_somebody_waits_for_is_not_thrown_away_for_a_better_priority()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Arrives(2, "B", Priority.Critical).ShouldBe("", "what has been loaded so far would be lost, and both would wait longer");
        story.Ready("A#1").ShouldBe("grant 1 on A#1, drain A#1");
    }

    [Fact]
    public void A_start_that_nobody_waits_for_becomes_ready_if_nobody_else_waits_either()
    {
        var story = new SchedulerStory();
        story.Arrives(1, "A");
        story.Leaves(1).ShouldBe("");
        story.Ready("A#1").ShouldBe("");
        story.Arrives(2, "A").ShouldBe("grant 2 on A#1");
    }

    [Fact]
    public void A_full_queue_refuses_the_newcomer()
    {
        var story = new SchedulerStory(maxQueue: 2);
        story.Arrives(1, "A");
        story.Arrives(2, "B");
        story.Arrives(3, "C").ShouldBe("refuse 3: queue_full");
        story.Leaves(2);
        story.Arrives(4, "C").ShouldBe("");
    }

    [Fact]
    public void A_full_queue_does_not_refuse_who_can_run_at_once()
    {
        var story = new SchedulerStory(maxQueue: 1, slots: 2);
        story.IsResident("A");
        story.Arrives(1, "A");
        story.Arrives(2, "B", Priority.Low).ShouldBe("");
        story.Arrives(3, "A", Priority.Low).ShouldBe("grant 3 on A#1", "the gate is open: nobody has waited long yet");
        story.Arrives(4, "A", Priority.Low).ShouldBe("refuse 4: queue_full");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(20, 15)]
    [InlineData(500, 60)]
    public void A_full_queue_says_come_back_after_the_mean_age_of_those_who_wait(int later, int seconds)
    {
        var story = new SchedulerStory(maxQueue: 2);
        story.Arrives(1, "A");
        story.Now = TimeSpan.FromSeconds(later / 2.0);
        story.Arrives(2, "A");
        story.Now = TimeSpan.FromSeconds(later);
        story.Arrives(3, "A");
        story.LastEffects.OfType<SchedulerEffect.Refuse>().Single().Error.RetryAfter.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void A_queue_without_a_place_is_no_queue() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new Scheduler(SchedulerStory.Options(maxQueue: 0, slots: 1)));

    [Fact]
    public void A_model_without_a_slot_is_no_model() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SchedulerStory(slots: 0).Arrives(1, "A"));

    /// <summary>Lets all arrive at once, then plays the engines and releases, oldest first, until everybody was served.</summary>
    private static int SwapsToServe(SchedulerStory story, (int Id, string Model)[] tickets)
    {
        var todo = new Queue<SchedulerEffect>();
        var swaps = 0;
        var served = 0;
        foreach (var (id, model) in tickets)
        {
            story.Arrives(id, model);
            story.LastEffects.ToList().ForEach(todo.Enqueue);
        }

        while (todo.TryDequeue(out var effect))
        {
            switch (effect)
            {
                case SchedulerEffect.Start(var instance):
                    swaps++;
                    story.Ready(instance.ToString());
                    break;
                case SchedulerEffect.Grant(var id, var instance):
                    served++;
                    story.Released(id, instance.ToString());
                    break;
                case SchedulerEffect.Stop(var instance, _):
                    story.Stops(instance.ToString());
                    break;
                default:
                    continue;
            }

            story.LastEffects.ToList().ForEach(todo.Enqueue);
        }

        served.ShouldBe(tickets.Length);
        return swaps;
    }

    [Fact]
    public void A_model_that_was_stopped_while_it_loaded_is_not_taken_for_a_small_one()
    {
        var scheduler = new Scheduler(new SchedulerOptions
        {
            Pools = [new PoolOptions("gpu") { Policy = PoolPolicy.Fit, Capacity = 100, SafetyMargin = 1 }],
            Models = [new(new ModelId("A"), "gpu"), new(new ModelId("B"), "gpu")],
            Figures = new Dictionary<ModelId, ModelFigures> { [new("A")] = new() { Footprint = 60 }, [new("B")] = new() { Footprint = 60 } }.ToFrozenDictionary(),
        });
        var effects = new List<SchedulerEffect>();
        var a1 = new InstanceId(new ModelId("A"), 1);
        scheduler.Handle(new SchedulerEvent.Arrived(new Ticket(1, a1.Model, Priority.Medium)), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.FootprintMeasured(a1, 5), TimeSpan.Zero, effects);
        scheduler.Look(TimeSpan.Zero).Figures[a1.Model].Footprint.ShouldBe(60, "it has only begun to load");

        scheduler.Handle(new SchedulerEvent.InstanceReady(a1), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.FootprintMeasured(a1, 40), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.Released(1, a1), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.UnloadAsked(a1.Model, Force: false), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.InstanceGone(a1, Failure: null), TimeSpan.Zero, effects);
        scheduler.Handle(new SchedulerEvent.MemorySettled(a1), TimeSpan.Zero, effects);
        scheduler.Look(TimeSpan.Zero).Figures[a1.Model].Footprint.ShouldBe(40, "it has served, and needed no more");
    }

    [Fact]
    public void Who_comes_back_keeps_its_place_even_in_a_full_queue()
    {
        var story = new SchedulerStory(maxQueue: 1);
        story.IsResident("A");
        story.Arrives(1, "A").ShouldBe("grant 1 on A#1");
        story.Arrives(2, "A").ShouldBe("");
        story.Arrives(3, "A").ShouldBe("refuse 3: queue_full");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1");
        story.Arrives(4, "A").ShouldBe("");
        story.Arrives(1, "A").ShouldBe("", "it had been granted, and could not be sent");
        story.Released(2, "A#1").ShouldBe("grant 1 on A#1");
    }
}
