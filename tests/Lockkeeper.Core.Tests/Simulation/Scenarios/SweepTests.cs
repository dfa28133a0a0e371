using Lockkeeper.Core.Simulation;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Simulation.Scenarios;

/// <summary>A slice of the table of docs/scheduling.md: what the scheduler is to reach, in every cell.</summary>
public sealed class SweepTests
{
    private const int Seeds = 5;

    private static readonly Lazy<IReadOnlyList<SweepCell>> Cells = new(() => [.. Sweep.Run(Seeds)]);

    public static TheoryData<string> Aims => [.. SweepAim.All.Select(aim => aim.Name)];

    [Theory]
    [MemberData(nameof(Aims))]
    public void The_aims_are_kept_in_every_cell(string name)
    {
        var aim = SweepAim.All.Single(aim => aim.Name == name);
        var cells = Cells.Value.Where(aim.Applies).ToList();
        cells.ShouldNotBeEmpty();
        cells.Where(cell => !aim.IsKept(cell)).Select(cell => $"{cell.Generator} {cell.Load} {cell.Swap}: {aim.Value(cell)}").ShouldBeEmpty();
    }

    [Fact]
    public void The_rules_of_others_miss_what_they_do_not_promise()
    {
        Cells.Value.Count.ShouldBe(27);
        var steady = Cells.Value.Single(cell => cell is { Generator: "steady-rare", Load: 0.9 } && cell.Swap == TimeSpan.FromSeconds(5));
        steady[PolicyKind.ResidentFirst].MissedBounds.ShouldBeGreaterThan(0);
        var batch = Cells.Value.Single(cell => cell is { Generator: "batch-interactive", Load: 0.9 } && cell.Swap == TimeSpan.FromSeconds(15));
        batch[PolicyKind.Fifo].MissedBounds.ShouldBeGreaterThan(0);
    }
}
