using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class EarlierRanksTests
{
    [Fact]
    public void It_finds_what_counting_one_by_one_finds()
    {
        var dice = new Dice(7);
        foreach (var count in new[] { 0, 1, 2, 3, 7, 8, 64, 100 })
        {
            var things = Enumerable.Range(0, count).Select(_ => (At: TimeSpan.FromTicks(dice.Below(30)), Rank: dice.Below(20), Weight: (long)dice.Below(5))).ToList();
            var ranks = new EarlierRanks(things);
            for (var question = 0; question < 200; question++)
            {
                var (after, until, rank) = (TimeSpan.FromTicks(dice.Below(32) - 1), TimeSpan.FromTicks(dice.Below(32) - 1), dice.Below(22));
                ranks.Between(after, until, rank).ShouldBe(things.Where(thing => thing.At > after && thing.At <= until && thing.Rank < rank).Sum(thing => thing.Weight));
            }
        }
    }
}
