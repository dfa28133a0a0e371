using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class FifoPolicyTests
{
    [Fact]
    public void Sixteen_alternating_requests_cost_15_swaps_as_measured_on_local_engine_router()
    {
        var result = Simulator.Run(Traces.Alternating(), PolicyKind.Fifo);
        result.Swaps.ShouldBe(15);
        result.Loads.ShouldBe(15);
    }

    [Fact]
    public void The_fifteen_swaps_take_the_40_seconds_that_were_measured_when_each_takes_the_floor_of_2_67_seconds()
    {
        var trace = Traces.Of(
            [Traces.Model("A", load: 1.5, free: 1.17) with { Resident = true }, Traces.Model("B", load: 1.5, free: 1.17)],
            Traces.Alternating(service: 0).Requests);
        Simulator.Run(trace, PolicyKind.Fifo).Span.TotalSeconds.ShouldBe(40, tolerance: 0.1);
    }

    [Fact]
    public void Eight_alternating_requests_cost_8_swaps_when_the_other_engine_is_active_as_measured()
    {
        var trace = Traces.Of([Traces.Model("A"), Traces.Model("B") with { Resident = true }], Traces.Alternating().Requests.Take(8));
        Simulator.Run(trace, PolicyKind.Fifo).Swaps.ShouldBe(8);
    }

    [Fact]
    public void Requests_for_the_active_engine_wait_behind_one_for_another()
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true }, Traces.Model("B")], [Traces.Request(0, "A"), Traces.Request(0.1, "B"), Traces.Request(0.2, "A")]);
        Simulator.Run(trace, PolicyKind.Fifo).Waits("A").ShouldBe([0, 1 + 10 + 1 + 10 - 0.2]);
    }

    [Fact]
    public void Requests_for_one_engine_run_side_by_side()
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true, MaxConcurrency = 2 }], Enumerable.Range(0, 4).Select(_ => Traces.Request(0, "A")));
        Simulator.Run(trace, PolicyKind.Fifo).Waits("A").ShouldBe([0, 0, 1, 1]);
    }

    [Fact]
    public void One_engine_runs_at_a_time_however_large_the_pool_is()
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true, Footprint = 1 }, Traces.Model("B") with { Footprint = 1 }], [Traces.Request(0, "B"), Traces.Request(20, "A")]);
        Simulator.Run(trace, PolicyKind.Fifo, capacity: 100).Swaps.ShouldBe(2);
    }
}
