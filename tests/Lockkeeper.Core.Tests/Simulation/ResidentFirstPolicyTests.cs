using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

public sealed class ResidentFirstPolicyTests
{
    private static readonly string[] Names = ["A", "B", "C"];

    [Theory]
    [InlineData("resident-first")]
    [InlineData("lru")]
    public void Sixteen_alternating_requests_cost_one_swap_as_measured_on_llama_swap(string policy) => Run(Traces.Alternating(), policy).Swaps.ShouldBe(1);

    [Theory]
    [InlineData("resident-first", 60)]
    [InlineData("resident-first", 600)]
    [InlineData("lru", 600)]
    public void A_rare_request_waits_until_the_steady_stream_to_the_loaded_model_ends(string policy, int seconds)
    {
        var result = Run(Traces.SteadyStream(seconds, rareAt: 5), policy);

        // The stream is more than one slot can do in its time, so it ends when the work does; then 2 s to free and 8 s to load.
        result.Waits("B").ShouldBe([(seconds * 1.5) + 10 - 5]);
        result.Swaps.ShouldBe(1);
    }

    [Fact]
    public void Priorities_are_not_honoured()
    {
        var trace = Traces.Of([Traces.Model("A") with { Resident = true }], [Traces.Request(0, "A"), Traces.Request(0, "A", priority: Priority.Background), Traces.Request(0, "A", priority: Priority.Critical)]);
        Run(trace, "resident-first").Waits("A").ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void Of_two_models_that_are_waited_for_the_one_waited_for_longest_is_loaded_first()
    {
        var trace = Traces.Of(
            [Traces.Model("A") with { Resident = true }, Traces.Model("B"), Traces.Model("C")],
            [Traces.Request(0, "A", 5), Traces.Request(1, "C"), Traces.Request(2, "B"), Traces.Request(3, "C")]);
        var result = Run(trace, "resident-first");
        result.Waits("C").ShouldBe([14, 13]);
        result.Waits("B").ShouldBe([5 + 10 + 2 + 10 - 2]);
    }

    [Fact]
    public void Models_share_a_pool_as_far_as_they_fit()
    {
        var result = Run(Three(), "resident-first", capacity: 20);
        result.Loads.ShouldBe(3);
        result.Swaps.ShouldBe(1);
        result.Residencies.Select(residency => residency.Model.Id.Value).ShouldBe(["A", "B", "C"]);
    }

    [Fact]
    public void By_memory_an_idle_model_goes_in_the_order_of_names_and_a_pinned_one_last()
    {
        // The names decide: A goes for C, though B has been idle for longer.
        LoadsOf(Run(Three(then: ["A", "C", "B"]), "resident-first", capacity: 20)).ShouldBe("ABC");
        LoadsOf(Run(Three(pinned: "A", then: ["A", "C", "B"]), "resident-first", capacity: 20)).ShouldBe("ABCB");
    }

    [Fact]
    public void By_number_the_least_recently_used_goes() => LoadsOf(Run(Three(then: ["A", "C", "B"]), "lru", capacity: 20)).ShouldBe("ABCB");

    [Fact]
    public void By_number_only_as_many_are_loaded_as_fit_whichever_they_are()
    {
        // A and B need 12 of 20 and would fit, but A and the large C would not: the number is 1.
        var trace = Traces.Of(
            [Traces.Model("A") with { Footprint = 6 }, Traces.Model("B") with { Footprint = 6 }, Traces.Model("C") with { Footprint = 15 }],
            [Traces.Request(0, "A"), Traces.Request(100, "B"), Traces.Request(200, "A")]);
        LoadsOf(Run(trace, "lru", capacity: 20)).ShouldBe("ABA");
        LoadsOf(Run(trace, "resident-first", capacity: 20)).ShouldBe("AB");
    }

    private static Trace Three(string? pinned = null, params string[] then)
    {
        string[] asked = ["A", "B", .. then.Length == 0 ? ["C"] : then];
        return Traces.Of(
            Names.Select(id => Traces.Model(id) with { Footprint = 10, Pinned = id == pinned }),
            asked.Select((model, index) => Traces.Request(100 * index, model)));
    }

    private static string LoadsOf(SimulationResult result) => string.Concat(result.Residencies.Select(residency => residency.Model.Id.Value));

    private static SimulationResult Run(Trace trace, string policy, long? capacity = null)
    {
        PolicyName.TryParse(policy, out var kind).ShouldBeTrue();
        return Simulator.Run(trace, kind, capacity);
    }
}
