using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

/// <summary>Rules that cheat, told what to do event by event.</summary>
public sealed class WorldTests
{
    private static readonly InstanceId A = new(new ModelId("A"), 1);
    private static readonly InstanceId B = new(new ModelId("B"), 2);

    [Fact]
    public void A_rule_that_starts_a_second_engine_in_an_exclusive_pool_is_found_out() =>
        Cheat("there is no room for B#2", (SchedulerEvent.Arrived _) => [new SchedulerEffect.Start(A), new SchedulerEffect.Start(B)]);

    [Fact]
    public void A_rule_that_overfills_a_pool_is_found_out() =>
        Cheat("there is no room for B#2", (SchedulerEvent.Arrived _) => [new SchedulerEffect.Start(A), new SchedulerEffect.Start(B)], capacity: 19);

    [Fact]
    public void A_rule_that_starts_before_the_memory_is_back_is_found_out() =>
        Cheat("there is no room for B#2", (SchedulerEvent.InstanceReady _) => [new SchedulerEffect.Stop(A, StopReason.Swap), new SchedulerEffect.Start(B)]);

    [Fact]
    public void A_rule_that_grants_before_the_engine_answers_is_found_out() =>
        Cheat("A#1 is granted while it is not ready", (SchedulerEvent.Arrived _) => [new SchedulerEffect.Start(A), new SchedulerEffect.Grant(1, A)]);

    [Fact]
    public void A_rule_that_grants_more_than_there_are_slots_is_found_out() =>
        Cheat("A#1 is granted more than it has slots", (SchedulerEvent.InstanceReady _) => [new SchedulerEffect.Grant(1, A), new SchedulerEffect.Grant(2, A)]);

    [Fact]
    public void A_rule_that_grants_twice_is_found_out() =>
        Cheat("ticket 1 is granted twice", (SchedulerEvent happened) => happened is SchedulerEvent.InstanceReady or SchedulerEvent.Released ? [new SchedulerEffect.Grant(1, A)] : []);

    [Fact]
    public void A_rule_that_grants_another_model_is_found_out() =>
        Cheat("ticket 3 is granted A#1", (SchedulerEvent.InstanceReady _) => [new SchedulerEffect.Grant(3, A)]);

    [Fact]
    public void A_rule_that_stops_what_works_is_found_out() =>
        Cheat("A#1 is stopped while it works, or twice", (SchedulerEvent.InstanceReady _) => [new SchedulerEffect.Grant(1, A), new SchedulerEffect.Stop(A, StopReason.Swap)]);

    [Fact]
    public void Who_is_never_granted_waits_for_ever_and_the_simulation_ends()
    {
        var result = new World(Trace(), new Rule((_, _) => [], wake: TimeSpan.FromSeconds(1)), new PoolOptions("p")).Run();
        result.Requests.ShouldAllBe(request => request.Wait == null);
        result.Overdue.ShouldBe(3);
    }

    [Fact]
    public void A_rule_is_woken_when_it_asked_for_it()
    {
        var woken = new List<TimeSpan>();
        _ = new World(Trace(), new Rule((happened, now) =>
        {
            if (happened is SchedulerEvent.Woken)
            {
                woken.Add(now);
            }

            return [];
        }, wake: TimeSpan.FromSeconds(7)), new PoolOptions("p")).Run();
        woken[0].ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void A_start_that_is_stopped_never_becomes_ready()
    {
        var told = new List<SchedulerEvent>();
        _ = new World(Trace(), new Rule((happened, _) =>
        {
            told.Add(happened);
            return told.Count switch { 1 => [new SchedulerEffect.Start(A)], 2 => [new SchedulerEffect.Stop(A, StopReason.Unwanted)], _ => [] };
        }), new PoolOptions("p")).Run();
        told.ShouldContain(new SchedulerEvent.MemorySettled(A));
        told.ShouldNotContain(new SchedulerEvent.InstanceReady(A));
    }

    private static void Cheat<T>(string what, Func<T, SchedulerEffect[]> cheat, long? capacity = null)
        where T : SchedulerEvent
    {
        var done = 0;
        var rule = new Rule((happened, _) => happened switch
        {
            T wanted when typeof(T) == typeof(SchedulerEvent) || done++ == 0 => cheat(wanted) is { Length: > 0 } effects ? effects : Honest(happened),
            _ => Honest(happened),
        });
        var pool = new PoolOptions("p") { Capacity = capacity, Policy = capacity is null ? PoolPolicy.Exclusive : PoolPolicy.Fit };
        Should.Throw<InvalidOperationException>(() => new World(Trace(), rule, pool).Run()).Message.ShouldBe($"The rule asks for what cannot be: {what}.");
    }

    private static SchedulerEffect[] Honest(SchedulerEvent happened) => happened is SchedulerEvent.Arrived { Ticket.Id: 1 } ? [new SchedulerEffect.Start(A)] : [];

    private static Trace Trace() => Traces.Of(
        [Traces.Model("A") with { Footprint = 10 }, Traces.Model("B") with { Footprint = 10 }],
        [Traces.Request(0, "A"), Traces.Request(0, "A"), Traces.Request(0, "B")]);

    private sealed class Rule(Func<SchedulerEvent, TimeSpan, SchedulerEffect[]> decide, TimeSpan? wake = null) : IPolicy
    {
        public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects)
        {
            effects.AddRange(decide(happened, now));
            return now + wake;
        }
    }
}
