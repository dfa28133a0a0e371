using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// Random histories: clients of all priorities come, leave and finish; engines get ready, fail, crash at any moment and report late; Lockkeeper closes. After every single event
/// <see cref="SchedulerPromises"/> judges what was done and what was left undone. A failure is shrunk, and printed with the seed that repeats it.
/// </summary>
public sealed class SchedulerHistoryTests
{
    private static readonly FsCheck.Config ManyHistories = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(120);

    [Fact]
    public void No_history_breaks_a_promise_and_every_ticket_ends_exactly_once() => Check(history =>
    {
        var world = Play(history);
        world.RunDry();
        world.Requests.ShouldAllBe(request => request.Fate == SchedulerWorld.Fate.Released || request.Fate == SchedulerWorld.Fate.Refused || request.Fate == SchedulerWorld.Fate.Cancelled);

        world.Take(new Step(StepKind.Close, 0));
        world.RunDry();
        world.Unsettled.ShouldBeNull("closing leaves no instance");
    });

    [Fact]
    public void The_same_history_leads_to_the_same_decisions() => Check(history =>
    {
        var first = Play(history);
        first.RunDry();
        var second = Play(history);
        second.RunDry();
        second.Transcript.ShouldBe(first.Transcript);
    });

    [Fact]
    public void The_order_of_service_that_is_shown_comes_true_when_nobody_comes_or_leaves_any_more() => Check(history =>
    {
        var world = Play(history);
        var forecast = world.Forecast();
        world.RunDry().ShouldBe(forecast);
    });

    [Fact]
    public void The_histories_go_where_it_hurts()
    {
        var decisions = SchedulerHistory.Any.Generator.Sample(3_000, new Rnd(2026UL), 120).SelectMany(history => Play(history).Transcript).ToList();
        foreach (var rare in (string[])["queue_full", "engine_start_failed", "engine_failed", "shutting_down", "drain", "stop"])
        {
            decisions.Count(words => words.Contains(rare, StringComparison.Ordinal)).ShouldBeGreaterThan(20, rare);
        }
    }

    private static SchedulerWorld Play(SchedulerHistory history)
    {
        var world = new SchedulerWorld(history.MaxQueue);
        foreach (var step in history.Steps)
        {
            world.Take(step);
        }

        return world;
    }

    private static void Check(Action<SchedulerHistory> property) => FsCheck.Check.One(ManyHistories, Prop.ForAll(SchedulerHistory.Any, property));
}
