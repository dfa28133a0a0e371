using System.Collections.Frozen;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

public sealed class FairShareTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(2, 5, 1)]
    [InlineData(3, 1, 4)]
    public void Under_saturation_keys_get_engine_seconds_by_their_weight(int left, int right, int slots)
    {
        var story = Fair(slots, left, right);
        var random = new Random(17);
        var used = new Dictionary<string, double> { ["left"] = 0, ["right"] = 0 };
        var ends = new PriorityQueue<(long Id, double Took), double>();
        var next = 100L;
        for (var waiting = 0; waiting < 20; waiting++)
        {
            story.Arrives(++next, "A", key: Key(next));
        }

        story.Ready("A#1");
        Granted();
        while (story.Seconds < 4_000)
        {
            var (id, took) = ends.Dequeue();
            used[Key(id)] += took;
            story.Seconds = Started(id) + took;
            story.Released(id, "A#1");
            Granted();
            next += (next + 1) % 2 == id % 2 ? 1 : 2;
            story.Arrives(next, "A", key: Key(next));
        }

        // Keys take turns by whole requests, so shares are exact but for the last of each slot.
        (used["left"] / used["right"]).ShouldBe((double)left / right, 0.05 * left / right);

        void Granted()
        {
            foreach (var grant in story.LastEffects.OfType<SchedulerEffect.Grant>())
            {
                var took = 1 + (random.NextDouble() * (Key(grant.TicketId) == "left" ? 5 : 9));
                Starts[grant.TicketId] = story.Seconds;
                ends.Enqueue((grant.TicketId, took), story.Seconds + took);
            }
        }

        double Started(long id) => Starts[id];
    }

    [Fact]
    public void A_key_that_was_refused_and_stayed_away_comes_back_level_with_the_others()
    {
        var story = Fair(1, 1, 1);
        story.Arrives(1, "A", key: "left");
        story.FailsToStart("A#1").ShouldBe("refuse 1: engine_start_failed");
        story.Settled("A#1");
        story.Arrives(2, "A", key: "right");
        story.Ready("A#2");
        story.Seconds = 1_000;
        story.Released(2, "A#2");
        story.Arrives(3, "A", key: "right");
        story.Arrives(4, "A", key: "right");
        story.Arrives(5, "A", key: "left");
        story.Arrives(6, "A", key: "left");
        story.Seconds = 1_010;
        story.Released(3, "A#2").ShouldBe("grant 5 on A#2");
        story.Seconds = 1_030;
        story.Released(5, "A#2").ShouldBe("grant 4 on A#2", "the thousand seconds it was away are not owed to it");
    }

    [Fact]
    public void Overdue_tickets_ignore_weights()
    {
        var story = new SchedulerStory();
        story.IsResident("A");
        story.Arrives(1, "A", key: "left");
        story.Arrives(2, "A", key: "left");
        story.Seconds = 25;
        story.Arrives(3, "A", key: "right");
        story.Released(1, "A#1").ShouldBe("grant 2 on A#1");
    }

    private Dictionary<long, double> Starts { get; } = [];

    private static string Key(long id) => id % 2 == 0 ? "left" : "right";

    private static SchedulerStory Fair(int slots, int left, int right)
    {
        var story = new SchedulerStory(slots: slots, maxQueue: 1_000, change: options => options with
        {
            MaxWait = ByPriority<TimeSpan>.All(TimeSpan.FromDays(1)),
            KeyWeights = new Dictionary<string, double> { ["left"] = left, ["right"] = right }.ToFrozenDictionary(),
        });
        return story;
    }
}
