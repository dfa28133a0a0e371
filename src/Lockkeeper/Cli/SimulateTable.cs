using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Cli;

/// <summary>The table of docs/scheduling.md, as Markdown, and what became of the aims.</summary>
internal static class SimulateTable
{
    public static void Write(int seeds, TextWriter output)
    {
        var cells = new List<SweepCell>();
        foreach (var cell in Sweep.Run(seeds))
        {
            if (cells.Count == 0 || cells[^1].Generator != cell.Generator)
            {
                WriteHeader(cell, output);
            }

            cells.Add(cell);
            output.WriteLine(Text($"| {cell.Load:0.0} | {HumanDuration.Format(cell.Swap)} | {string.Join(" | ", cell.Rules.Select(rule => Cells(rule, cell[PolicyKind.Lockkeeper])))} | {cell[PolicyKind.Lockkeeper].MissedBounds} |"));
            output.Flush();
        }

        WriteAims(cells, output);
    }

    private static void WriteHeader(SweepCell first, TextWriter output)
    {
        var priorities = string.Join(" / ", Priorities(first[PolicyKind.Lockkeeper]).Select(priority => "mean " + PriorityName.Of(priority)));
        output.WriteLine();
        output.WriteLine($"### {first.Generator}");
        output.WriteLine();
        output.WriteLine($"Seconds: {priorities} / max of all. In bold what another rule does better.");
        output.WriteLine();
        output.WriteLine($"| load | swap | {string.Join(" | ", PolicyName.All.Select(PolicyName.Of))} | beyond the bound |");
        output.WriteLine($"|---|---|{string.Concat(PolicyName.All.Select(_ => "---|"))}---|");
    }

    private static void WriteAims(List<SweepCell> cells, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("### Aims");
        output.WriteLine();
        output.WriteLine("| aim | at most | worst | missed in |");
        output.WriteLine("|---|---|---|---|");
        foreach (var aim in SweepAim.All)
        {
            var judged = cells.Where(aim.Applies).ToList();
            var missed = judged.Where(cell => !aim.IsKept(cell)).Select(cell => Text($"{cell.Generator} {cell.Load:0.0}/{HumanDuration.Format(cell.Swap)} ({aim.Value(cell):0.##})")).ToList();
            output.WriteLine(Text($"| {aim.Name} | {aim.Most} | {judged.Max(aim.Value):0.##} | {(missed.Count == 0 ? "-" : string.Join(", ", missed))} |"));
        }
    }

    private static string Cells(SimulationSummary rule, SimulationSummary ours) =>
        string.Join(" / ", Figures(rule).Zip(Figures(ours), (theirs, own) => Math.Round(theirs) < Math.Round(own) ? $"**{Seconds(theirs)}**" : Seconds(theirs)));

    private static IEnumerable<double> Figures(SimulationSummary summary) => [.. Priorities(summary).Select(priority => MeanOf(summary, priority)), summary.All.Max];

    private static IEnumerable<Priority> Priorities(SimulationSummary summary) => summary.Waits.Select(group => group.Priority).OfType<Priority>().Distinct().Order();

    private static double MeanOf(SimulationSummary summary, Priority priority)
    {
        var groups = summary.Waits.Where(group => group.Priority == priority).ToList();
        return groups.Sum(group => group.Figures.Mean * group.Figures.Count) / groups.Sum(group => group.Figures.Count);
    }

    private static string Seconds(double seconds) => double.IsInfinity(seconds) ? "∞" : Text($"{seconds:#,0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
