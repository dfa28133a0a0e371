using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class SimulatorTests
{
    public static TheoryData<string> Policies => [.. PolicyName.All.Select(PolicyName.Of)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Under_every_rule_every_request_is_served_once_and_has_its_time(string policy)
    {
        foreach (var name in TraceGenerator.Names)
        {
            var trace = TraceGenerator.Generate(name, 0.6, TimeSpan.FromSeconds(5), seed: 1);
            var result = Run(trace, policy);
            result.Requests.Length.ShouldBe(trace.Requests.Length);
            result.Requests.ShouldAllBe(request => request.Wait >= TimeSpan.Zero);
            result.Busy.ShouldBe(TimeSpan.FromTicks(trace.Requests.Sum(request => request.Service!.Value.Ticks)));
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_trace_gives_the_same_result(string policy)
    {
        var trace = TraceGenerator.Generate("agents", 0.9, TimeSpan.FromSeconds(15), seed: 3);
        Run(trace, policy).Requests.ShouldBe(Run(trace, policy).Requests);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_request_for_a_resident_model_waits_for_nothing_and_one_for_another_waits_for_the_load(string policy)
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true }, Traces.Model("B")], [Traces.Request(3, "A"), Traces.Request(100, "B")]);
        var result = Run(trace, policy);
        (result.Waits("A")[0], result.Waits("B")[0]).ShouldBe((0, 10));
        (result.Loads, result.Swaps).ShouldBe((1, 1));
        result.Span.ShouldBe(TimeSpan.FromSeconds(111));
        result.BusyShare.ShouldBe(2.0 / 111, tolerance: 1e-9);
    }

    [Theory]
    [InlineData("lockkeeper")]
    [InlineData("resident-first")]
    [InlineData("lru")]
    public void Models_that_fit_together_are_loaded_once(string policy)
    {
        var trace = Traces.Of(
            [Traces.Model("A") with { Footprint = 10 }, Traces.Model("B") with { Footprint = 10 }],
            Enumerable.Range(0, 40).Select(index => Traces.Request(index * 30, index % 2 == 0 ? "A" : "B")));
        Run(trace, policy, capacity: 24).Loads.ShouldBe(2);
        Run(trace, policy).Loads.ShouldBe(40);
    }

    [Fact]
    public void Three_models_of_which_two_fit_are_all_served_under_every_rule()
    {
        var hour = TraceGenerator.Generate("agents", 0.6, TimeSpan.FromSeconds(15), seed: 2);
        var trace = hour with { Models = [.. hour.Models.Select((model, index) => model with { Footprint = 6 + (2 * index), MaxConcurrency = 1 + index })] };
        foreach (var policy in PolicyName.All)
        {
            var result = Simulator.Run(trace, policy, capacity: 16);
            result.Requests.ShouldAllBe(request => request.Wait != null, PolicyName.Of(policy));
            result.Swaps.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_rare_request_is_served_within_the_bound_beside_a_steady_stream_that_never_pauses()
    {
        var trace = Traces.SteadyStream(600, rareAt: 60);
        Run(trace, "lockkeeper").MissedBounds.ShouldBe(0);
        Run(trace, "lockkeeper").Waits("B").ShouldHaveSingleItem().ShouldBeLessThan(120);
        Run(trace, "resident-first").MissedBounds.ShouldBe(1);
    }

    [Fact]
    public void Sixteen_alternating_requests_cost_at_most_3_swaps() => Run(Traces.Alternating(), "lockkeeper").Swaps.ShouldBeInRange(1, 3);

    [Fact]
    public void A_hundred_thousand_requests_take_seconds()
    {
        var hour = TraceGenerator.Generate("agents", 0.9, TimeSpan.FromSeconds(5), seed: 1);
        var day = new Trace(hour.Models, [.. Enumerable.Range(0, 130).SelectMany(at => hour.Requests.Select(request => request with { At = request.At + TimeSpan.FromHours(at) }))]);
        day.Requests.Length.ShouldBeGreaterThan(100_000);
        foreach (var policy in PolicyName.All)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            Simulator.Run(day, policy).Requests.ShouldAllBe(request => request.Wait != null);
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), PolicyName.Of(policy));
        }
    }

    [Theory]
    [InlineData(null, "B", "'B' cannot be resident beside another model without a pool that has room for both")]
    [InlineData(15L, null, "'B' does not fit into the pool")]
    [InlineData(30L, null, "the footprint of 'C' is missing in the model table; a pool of a size needs all of them")]
    public void A_trace_that_cannot_be_on_that_pool_is_refused(long? capacity, string? alsoResident, string why)
    {
        var trace = Traces.Of(
            [Traces.Model("A") with { Resident = true, Footprint = 10 }, Traces.Model("B") with { Resident = alsoResident == "B", Footprint = 20 }, Traces.Model("C") with { Footprint = capacity == 30 ? null : 5 }], []);
        Simulator.Refuse(trace, capacity).ShouldBe(why);
    }

    [Fact]
    public void Models_that_are_resident_at_the_beginning_must_fit_together()
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true, Footprint = 10 }, Traces.Model("B") with { Resident = true, Footprint = 10 }], [Traces.Request(0, "A"), Traces.Request(0, "B")]);
        Simulator.Refuse(trace, 19).ShouldBe("the models that are resident at the beginning do not fit into the pool together");
        Simulator.Refuse(trace, 24).ShouldBeNull();
        Run(trace, "lockkeeper", capacity: 24).Requests.ShouldAllBe(request => request.Wait == TimeSpan.Zero);
    }

    private static SimulationResult Run(Trace trace, string policy, long? capacity = null)
    {
        PolicyName.TryParse(policy, out var kind).ShouldBeTrue();
        return Simulator.Run(trace, kind, capacity);
    }
}
