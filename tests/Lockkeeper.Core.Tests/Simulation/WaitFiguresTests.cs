using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class WaitFiguresTests
{
    [Fact]
    public void A_quantile_is_the_least_wait_that_its_share_did_not_exceed()
    {
        var figures = WaitFigures.Of(Enumerable.Range(1, 200).Reverse().Select(wait => Waited(wait)));
        (figures.Count, figures.Unserved, figures.Mean, figures.P50, figures.P95, figures.P99, figures.Max).ShouldBe((200, 0, 100.5, 100, 190, 198, 200));
    }

    [Fact]
    public void Who_is_never_served_waits_for_ever()
    {
        var figures = WaitFigures.Of([Waited(1), Waited(2), Waited(null)]);
        (figures.Count, figures.Unserved, figures.P50).ShouldBe((3, 1, 2));
        figures.Mean.ShouldBe(double.PositiveInfinity);
        figures.Max.ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void Of_nobody_all_is_zero() => WaitFigures.Of([]).ShouldBe(new WaitFigures(0, 0));

    private static SimulatedRequest Waited(double? seconds) =>
        new(Traces.Request(5, "a"), TimeSpan.FromSeconds(1)) { Granted = seconds is { } wait ? TimeSpan.FromSeconds(5 + wait) : null };
}
