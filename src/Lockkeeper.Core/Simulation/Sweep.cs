using System.Collections.Immutable;

namespace Lockkeeper.Core.Simulation;

/// <summary>All rules over all generators, loads and swap times: the table of docs/scheduling.md.</summary>
internal static class Sweep
{
    public static ImmutableArray<double> Loads { get; } = [0.3, 0.6, 0.9];

    public static ImmutableArray<TimeSpan> Swaps { get; } = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)];

    /// <param name="seeds">Traces a cell, from seed 1 on.</param>
    public static IEnumerable<SweepCell> Run(int seeds) =>
        from generator in TraceGenerator.Names
        from load in Loads
        from swap in Swaps
        select Cell(generator, load, swap, seeds);

    public static SweepCell Cell(string generator, double load, TimeSpan swap, int seeds)
    {
        Trace[] traces = [.. Enumerable.Range(1, seeds).Select(seed => TraceGenerator.Generate(generator, load, swap, seed))];
        return new SweepCell(generator, load, swap, [.. PolicyName.All.Select(policy => SimulationSummary.Of([.. traces.Select(trace => Simulator.Run(trace, policy))]))]);
    }
}

/// <summary>One line of the table.</summary>
/// <param name="Rules">In the order of <see cref="PolicyKind"/>.</param>
internal sealed record SweepCell(string Generator, double Load, TimeSpan Swap, ImmutableArray<SimulationSummary> Rules)
{
    public SimulationSummary this[PolicyKind policy] => Rules[(int)policy];
}
