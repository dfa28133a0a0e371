using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// Random histories: clients of all priorities come, leave and finish; engines get ready, fail, crash at any moment and report late; others take memory; people pin, unload, drain and
/// configure anew; Lockkeeper closes. After every single event <see cref="SchedulerPromises"/> judges what was done and what was left undone. A failure is shrunk, and printed with the
/// seed that repeats it.
/// </summary>
public sealed class SchedulerHistoryTests
{
    private static readonly FsCheck.Config ManyHistories = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(120);

    [Fact]
    public void No_history_breaks_a_promise_and_every_ticket_ends_exactly_once() => Check(SchedulerHistory.Any, history =>
    {
        var world = Play(history, world =>
        {
            world.RunDry();
            world.Requests.Values.ShouldAllBe(request => request.Fate == Fate.Released || request.Fate == Fate.Refused || request.Fate == Fate.Cancelled);

            world.Take(new Step(StepKind.Close, 0, 0));
            world.RunDry();
        });
        world.Unsettled.ShouldBeEmpty("closing leaves no instance");
    });

    [Fact]
    public void The_same_history_leads_to_the_same_decisions() => Check(SchedulerHistory.Any, history =>
    {
        var first = Play(history, world => world.RunDry());
        var second = Play(history, world => world.RunDry());
        second.Transcript.ShouldBe(first.Transcript);
    });

    [Fact]
    public void Everybody_who_waits_is_shown_once() => Check(SchedulerHistory.Any, history =>
    {
        var world = Play(history, _ => { });
        world.Look().Waiting.Select(waiting => waiting.Ticket.Id).Order().ShouldBe(world.WhoWaits.Select(request => request.Ticket.Id).Order());
    });

    [Fact]
    public void Nobody_waits_longer_than_promised() => Check(SchedulerHistory.Undisturbed, history => Play(history, world =>
    {
        world.RunDry();
        foreach (var request in world.Requests.Values.Where(request => request is { GrantedAt: not null, WasPutBack: false }))
        {
            var bound = new WaitBound(world, request);
            SchedulerPromises.Demand(request.GrantedAt - request.Since <= bound.Total, $"P4: ticket {request.Ticket.Id} waited {request.GrantedAt - request.Since}, but {bound}");
        }
    }));

    [Fact]
    public void The_histories_go_where_it_hurts()
    {
        var decisions = SchedulerHistory.Any.Generator.Sample(2_000, new Rnd(2026UL), 120).SelectMany(history => Play(history, _ => { }).Transcript).ToList();
        foreach (var rare in (string[])["queue_full", "displaced", "queue_timeout", "engine_start_failed", "engine_backing_off", "insufficient_memory", "drained", "model_not_found",
            "shutting_down", "requeue", "Swap", "Unwanted", "Idle", "Unload", "ForcedUnload", "DrainTimeout", "Closing"])
        {
            decisions.Count(words => words.StartsWith(' ') && words.Contains(rare, StringComparison.Ordinal)).ShouldBeGreaterThan(3, rare);
        }
    }

    private static void Check(Arbitrary<SchedulerHistory> histories, Action<SchedulerHistory> property) => FsCheck.Check.One(ManyHistories, Prop.ForAll(histories, property));

    /// <summary>Plays it, and tells what was decided until a promise was broken.</summary>
    private static SchedulerWorld Play(SchedulerHistory history, Action<SchedulerWorld> then)
    {
        var world = new SchedulerWorld(history.Setup);
        try
        {
            Array.ForEach(history.Steps, world.Take);
            then(world);
            return world;
        }
        catch (BrokenPromiseException broken)
        {
            throw new BrokenPromiseException($"{broken.Message}\n{string.Join('\n', world.Transcript.TakeLast(60))}");
        }
    }
}
