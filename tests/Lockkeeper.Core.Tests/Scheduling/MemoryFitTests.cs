using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What counts for whom in a pool of 100 bytes. A and B are configured to need 60 of them, C 30; nothing is said of D and E.</summary>
public sealed class MemoryFitTests
{
    [Fact]
    public void A_start_that_dies_early_does_not_make_a_model_small()
    {
        var story = Story();
        story.IsResident("B");
        story.Arrives(1, "A").ShouldBe("drain B#1, stop B#1");
        story.Stops("B#1").ShouldBe("start A#2");
        story.Measured("A#2", 1);
        story.FailsToStart("A#2").ShouldBe("refuse 1: engine_start_failed");
        story.Settled("A#2");

        story.IsResident("B");
        story.Arrives(2, "A").ShouldBe("drain B#3, stop B#3", "it still needs 60 of 100, as B does");
    }

    [Fact]
    public void A_start_that_dies_late_says_how_much_a_model_needs_at_least()
    {
        var story = Story();
        story.Arrives(1, "C").ShouldBe("start C#1");
        story.Measured("C#1", 90);
        story.FailsToStart("C#1");
        story.Settled("C#1");

        story.IsResident("B");
        story.Arrives(2, "C").ShouldBe("drain B#2, stop B#2");
    }

    [Fact]
    public void An_unknown_one_whose_start_dies_stays_unknown()
    {
        var story = Story();
        story.Arrives(1, "D").ShouldBe("start D#1");
        story.Measured("D#1", 1);
        story.FailsToStart("D#1");
        story.Settled("D#1");

        story.IsResident("C");
        story.Arrives(2, "D").ShouldBe("drain C#2, stop C#2", "it has to run alone the first time");
    }

    [Fact]
    public void An_engine_that_has_more_than_was_expected_counts_for_what_it_has()
    {
        var story = Story();
        story.IsResident("C");
        story.Measured("C#1", 50);
        story.Arrives(1, "A").ShouldBe("drain C#1, stop C#1", "C was to need 30, and 60 beside it would fit");
    }

    [Fact]
    public void Where_engines_have_grown_beyond_their_pool_an_idle_one_goes()
    {
        var story = Story();
        story.IsResident("C");
        story.IsResident("B");
        story.Measured("C#1", 50).ShouldBe("stop C#1", "50 and 60 are more than 100; both are idle, and C was so for longer");
        story.State.ShouldContain("B#2 Ready 0");
    }

    [Fact]
    public void An_engine_that_has_less_than_was_expected_may_still_grow()
    {
        var story = Story();
        story.IsResident("B");
        story.Measured("B#1", 20);
        story.Arrives(1, "A").ShouldBe("drain B#1, stop B#1");
    }

    [Fact]
    public void A_pinned_one_of_unknown_size_lets_others_in_beside_it_once_it_was_measured()
    {
        var story = Story();
        story.IsResident("D");
        story.IsPinned("D");
        story.Measured("D#1", 30);
        story.Arrives(1, "A").ShouldBe("start A#2");
        story.Ready("A#2");
        story.Arrives(2, "E").ShouldBe("refuse 2: insufficient_memory", "nothing is known of E, and it cannot run alone");
    }

    [Fact]
    public void Who_comes_while_a_pinned_one_of_unknown_size_loads_waits_until_that_is_known()
    {
        var story = Story();
        story.Arrives(1, "D").ShouldBe("start D#1");
        story.IsPinned("D");
        story.Arrives(2, "A").ShouldBe("");
        story.Measured("D#1", 30).ShouldBe("", "it may still grow");
        story.Ready("D#1").ShouldBe("grant 1 on D#1, start A#2");
    }

    [Fact]
    public void What_cannot_fit_now_may_be_asked_for_again_only_if_others_hold_the_memory()
    {
        var story = Story();
        story.Observed(50);
        story.Arrives(1, "A").ShouldBe("refuse 1: insufficient_memory");
        Refusal(story).RetryAfter.ShouldBe(TimeSpan.FromSeconds(30), "of the 100 bytes somebody else holds 50");

        story.Observed(100);
        story.IsResident("B");
        story.IsPinned("B");
        story.Arrives(2, "A").ShouldBe("refuse 2: insufficient_memory");
        Refusal(story).RetryAfter.ShouldBeNull("B does not go by itself");
        Refusal(story).Message.ShouldContain("'B' with 0 MiB stays there (pinned)");
    }

    private static RouterError Refusal(SchedulerStory story) => story.LastEffects.OfType<SchedulerEffect.Refuse>().Single().Error;

    private static SchedulerStory Story()
    {
        var memory = new Dictionary<string, long?> { ["A"] = 60, ["B"] = 60, ["C"] = 30, ["D"] = null, ["E"] = null };
        return new SchedulerStory(change: options => options with
        {
            Pools = [new PoolOptions("gpu") { Policy = PoolPolicy.Fit, Capacity = 100, SafetyMargin = 1 }],
            Models = [.. options.Models.Where(model => memory.ContainsKey(model.Id.Value)).Select(model => model with { Memory = memory[model.Id.Value] })],
        });
    }
}
