using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation;

/// <summary>Two models of 2 s to free and 8 s to load: a turn lasts at most 30 s and a gate is held open for 100 s; the longest request takes 5 s, so one turn counts 145 s.</summary>
public sealed class WaitBoundTests
{
    private const double MaxWait = 20;
    private const double Turn = 30 + 100 + 5 + 2 + 8;

    [Theory]
    [InlineData(MaxWait, 0)]
    [InlineData(MaxWait + Turn, 0)]
    [InlineData(MaxWait + Turn + 0.001, 1)]
    [InlineData(null, 1)]
    public void A_request_that_nobody_is_due_before_waits_for_one_turn(double? wait, int missed) => WaitBound.CountMissed(History(Waited("B", 0, wait))).ShouldBe(missed);

    [Theory]
    [InlineData(MaxWait + (2 * Turn), 0)]
    [InlineData(MaxWait + (2 * Turn) + 0.001, 1)]
    public void A_turn_that_served_an_earlier_deadline_counts_once_more(double wait, int missed) =>
        WaitBound.CountMissed(History(Waited("B", 1, wait), Waited("A", 0, 40, residency: 1), Waited("A", 0.5, 41, residency: 1))).ShouldBe(missed);

    [Fact]
    public void A_turn_for_those_who_came_later_is_no_excuse() =>
        WaitBound.CountMissed(History(Waited("B", 1, MaxWait + Turn + 1), Waited("A", 2, 38, residency: 1))).ShouldBe(1);

    [Theory]
    [InlineData(MaxWait + Turn + 5, 0)]
    [InlineData(MaxWait + Turn + 5.001, 1)]
    public void Work_for_the_same_model_that_was_due_before_cannot_be_spared(double wait, int missed) =>
        WaitBound.CountMissed(History(Waited("B", 0, 30), Waited("B", 0, wait))).ShouldBe(missed);

    [Theory]
    [InlineData(MaxWait + (2 * Turn), 0)]
    [InlineData(MaxWait + (2 * Turn) + 0.001, 1)]
    public void A_better_priority_may_have_one_turn_in_between(double wait, int missed) =>
        WaitBound.CountMissed(History(Waited("B", 0, wait), Waited("A", 100, 0, priority: Priority.High))).ShouldBe(missed);

    /// <summary>A was ready first, then at 35 s, and B at 50 s.</summary>
    private static SimulationResult History(params SimulatedRequest[] requests) => new(
        PolicyKind.Lockkeeper,
        [.. requests],
        [new Residency(Traces.Model("A"), TimeSpan.Zero), new Residency(Traces.Model("A"), TimeSpan.FromSeconds(35)), new Residency(Traces.Model("B"), TimeSpan.FromSeconds(50))]);

    private static SimulatedRequest Waited(string model, double at, double? wait, int residency = 2, Priority priority = Priority.Medium) =>
        new(Traces.Request(at, model, 5, priority), TimeSpan.FromSeconds(5)) { Granted = wait is { } seconds ? TimeSpan.FromSeconds(at + seconds) : null, Residency = wait is null ? null : model == "A" ? residency % 2 : residency };
}
