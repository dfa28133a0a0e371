using System.Collections.Immutable;

namespace Lockkeeper.Core.Simulation;

/// <summary>What the scheduler is to reach in a cell of the table.</summary>
/// <param name="Name">The aim, in words.</param>
/// <param name="Applies">In which cells it is to be reached.</param>
/// <param name="Most">What is not to be exceeded.</param>
/// <param name="Value">What has been reached.</param>
internal sealed record SweepAim(string Name, Func<SweepCell, bool> Applies, double Most, Func<SweepCell, double> Value)
{
    public static ImmutableArray<SweepAim> All { get; } =
    [
        new("requests beyond the bound or never served", _ => true, 0, cell => Ours(cell).MissedBounds + Ours(cell).All.Unserved),
        new("agents from load 0.6 and swap 15s: mean ÷ fifo's", cell => cell.Generator == "agents" && IsHard(cell), 0.35, cell => MeanOver(cell, PolicyKind.Fifo)),
        new("batch-interactive from load 0.6 and swap 15s: mean of all but background ÷ fifo's", cell => cell.Generator == "batch-interactive" && IsHard(cell), 0.1, cell => MeanOver(cell, PolicyKind.Fifo)),
        new("agents: mean ÷ resident-first's", cell => cell.Generator == "agents", 1.4, cell => MeanOver(cell, PolicyKind.ResidentFirst)),
        new("steady-rare at load 0.9: max ÷ resident-first's", cell => cell is { Generator: "steady-rare", Load: 0.9 }, 0.5, cell => Ours(cell).All.Max / cell[PolicyKind.ResidentFirst].All.Max),
    ];

    public bool IsKept(SweepCell cell) => Value(cell) <= Most;

    private static SimulationSummary Ours(SweepCell cell) => cell[PolicyKind.Lockkeeper];

    private static bool IsHard(SweepCell cell) => cell.Load >= 0.6 && cell.Swap >= TimeSpan.FromSeconds(15);

    private static double MeanOver(SweepCell cell, PolicyKind rival) => Ours(cell).Foreground.Mean / cell[rival].Foreground.Mean;
}
