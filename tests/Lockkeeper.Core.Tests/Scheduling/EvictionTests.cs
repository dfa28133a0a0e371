using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Who has to go in a pool of 100 bytes. A, B and C need 20, 30 and 40 of them, D needs 60 and E 150.</summary>
public sealed class EvictionTests
{
    [Fact]
    public void Those_who_fit_beside_each_other_stay()
    {
        var story = Full();
        story.State.ShouldBe("A#1 Ready 0, B#2 Ready 0, C#3 Ready 0");
    }

    [Fact]
    public void The_cheapest_that_has_not_been_used_for_long_goes_first_and_nobody_more_than_is_needed()
    {
        var story = Full();
        story.Seconds = 100;
        story.Arrives(10, "A");
        story.Released(10, "A#1");
        story.Arrives(11, "D").ShouldBe("drain B#2, stop B#2, drain C#3, stop C#3", "A was used just now");
    }

    [Fact]
    public void A_large_one_that_goes_spares_the_small_ones_before_it()
    {
        var story = Full(load: model => model.Value switch { "A" => 1, "B" => 100, _ => 5 });
        story.Arrives(10, "F").ShouldBe("drain C#3, stop C#3", "F needs 50: A is cheaper, but not enough, and with C gone it need not go");
    }

    [Fact]
    public void A_pinned_one_never_goes_and_what_cannot_fit_beside_it_is_refused_at_once_with_the_figures()
    {
        var story = Full();
        story.IsPinned("C");
        story.IsPinned("B");
        story.Arrives(10, "D").ShouldBe("refuse 10: insufficient_memory");
        story.LastEffects.OfType<SchedulerEffect.Refuse>().Single().Error.Message.ShouldContain("'C'");
        story.IsPinned("B", pinned: false);
        story.Arrives(11, "D").ShouldBe("drain A#1, stop A#1, drain B#2, stop B#2");
    }

    [Fact]
    public void An_engine_that_holds_one_model_is_left_by_it_first_and_nobody_else_has_to_go()
    {
        var story = new SchedulerStory();
        story.Configured(new SchedulerOptions
        {
            Pools = [new PoolOptions("gpu") { Policy = PoolPolicy.Fit, Capacity = 100 }],
            Models =
            [
                new(new ModelId("A"), "gpu") { Memory = 20, Engine = "tabby" },
                new(new ModelId("B"), "gpu") { Memory = 20 },
                new(new ModelId("C"), "gpu") { Memory = 20, Engine = "tabby" },
            ],
            EngineLimits = new Dictionary<string, int> { ["tabby"] = 1 }.ToFrozenDictionary(),
        });
        story.Arrives(1, "A").ShouldBe("start A#1");
        story.Ready("A#1");
        story.Arrives(2, "B").ShouldBe("start B#2");
        story.Ready("B#2");
        story.Released(2, "B#2");
        story.Seconds = 100;
        story.Arrives(3, "C", Priority.Critical).ShouldBe("drain A#1", "B could go at once, and would be of no use");
        story.Released(1, "A#1").ShouldBe("stop A#1");
        story.Gone("A#1").ShouldBe("");
        story.Settled("A#1").ShouldBe("start C#3");
        story.IsPinned("C");
        story.Arrives(4, "A").ShouldBe("refuse 4: insufficient_memory");
        story.LastEffects.OfType<SchedulerEffect.Refuse>().Single().Error.Message.ShouldContain("its engine 'tabby' holds 1 model at a time, of which 'C'");
    }

    [Fact]
    public void A_model_pinned_while_it_drains_stays()
    {
        var story = Full();
        story.Arrives(10, "C");
        story.Arrives(11, "B");
        story.Arrives(12, "D", Priority.Critical).ShouldBe("drain A#1, stop A#1, drain B#2");
        story.IsPinned("B").ShouldBe("drain C#3");
        story.Released(11, "B#2").ShouldBe("");
    }

    [Fact]
    public void What_is_larger_than_the_pool_is_refused_at_once() => Full().Arrives(10, "E").ShouldBe("refuse 10: insufficient_memory");

    [Fact]
    public void A_start_that_fails_for_memory_is_tried_once_more_when_the_idle_ones_have_gone()
    {
        var story = Full();
        story.Arrives(9, "C");
        story.Arrives(10, "G").ShouldBe("start G#4");
        story.LacksMemory("G#4").ShouldBe("drain A#1, stop A#1, drain B#2, stop B#2");
        story.Settled("G#4").ShouldBe("");
        story.Stops("A#1").ShouldBe("");
        story.Stops("B#2").ShouldBe("start G#5");
        story.LacksMemory("G#5").ShouldBe("refuse 10: insufficient_memory");
    }

    [Fact]
    public void What_others_have_taken_is_not_given_away()
    {
        var story = Full();
        story.Observed(4).ShouldBe("");
        story.Arrives(10, "G").ShouldBe("drain A#1, stop A#1", "it needs 5, and claims alone leave 10");
    }

    [Fact]
    public void A_model_moved_to_another_pool_leaves_nobody_behind_who_goes_for_it()
    {
        var options = Options(SchedulerStory.Options(100, 1), _ => 10);
        var story = new SchedulerStory(change: _ => options);
        story.Arrives(1, "D");
        story.Ready("D#1");
        story.Arrives(2, "F");
        story.Seconds = 30;
        story.Configured(options with
        {
            Pools = [.. options.Pools, new PoolOptions("other")],
            Models = [.. options.Models.Select(model => model.Id.Value == "F" ? model with { Pool = "other" } : model)],
        }).ShouldBe("start F#2");
        story.State.ShouldBe("D#1 Ready 1, F#2 Starting 0");
    }

    private static SchedulerStory Full(Func<ModelId, double>? load = null)
    {
        var story = new SchedulerStory(change: options => Options(options, load ?? (_ => 10)));
        foreach (var model in (string[])["A", "B", "C"])
        {
            story.IsResident(model);
        }

        return story;
    }

    private static SchedulerOptions Options(SchedulerOptions options, Func<ModelId, double> load)
    {
        var memory = new Dictionary<string, long> { ["A"] = 20, ["B"] = 30, ["C"] = 40, ["D"] = 60, ["E"] = 150, ["F"] = 50, ["G"] = 5 };
        ImmutableArray<ModelOptions> models = [.. options.Models.Where(model => memory.ContainsKey(model.Id.Value)).Select(model => model with { Memory = memory[model.Id.Value] })];
        return options with
        {
            Pools = [new PoolOptions("gpu") { Policy = PoolPolicy.Fit, Capacity = 100, SafetyMargin = 1 }],
            Models = models,
            Figures = models.ToFrozenDictionary(model => model.Id, model => new ModelFigures { Load = TimeSpan.FromSeconds(load(model.Id)), Free = TimeSpan.Zero }),
        };
    }
}
