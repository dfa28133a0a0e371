using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Cli;

/// <summary>What a simulation showed, for people: a paragraph a rule.</summary>
internal static class SimulateText
{
    private static readonly string[] Header = ["model", "priority", "requests", "mean", "p50", "p95", "p99", "max"];

    /// <summary>Columns that hold words; numbers are aligned on the right.</summary>
    private const int Words = 2;

    public static void Write(IReadOnlyList<Trace> traces, long? pool, IReadOnlyList<SimulationSummary> summaries, TextWriter output)
    {
        var requests = traces.Sum(trace => trace.Requests.Length);
        var together = traces.Count == 1 ? "" : Text($" in {traces.Count} traces");
        var room = pool is { } bytes ? $"as many at a time as fit into {new ByteSize(bytes)}" : "one at a time";
        output.WriteLine(Text($"{requests} requests{together} for {traces[0].Models.Length} models, {room}. Waits, from arrival to a slot:"));
        foreach (var summary in summaries)
        {
            output.WriteLine();
            output.WriteLine(Text($"{PolicyName.Of(summary.Policy)}: {summary.Swaps} swaps, {summary.Loads} loads, busy {summary.BusyShare * 100:0.0} %, {summary.Overdue} overdue, {summary.MissedBounds} beyond the bound, {summary.All.Unserved} never served"));
            string[][] rows = [Header, .. summary.Waits.Select(Row)];
            var widths = Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
            foreach (var row in rows)
            {
                output.WriteLine("  " + string.Join("  ", row.Select((cell, column) => column < Words ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
            }
        }
    }

    private static string[] Row(WaitGroup group) =>
    [
        group.Model?.Value ?? "all",
        group.Priority is { } priority ? PriorityName.Of(priority) : "all",
        Text($"{group.Figures.Count}"),
        .. new[] { group.Figures.Mean, group.Figures.P50, group.Figures.P95, group.Figures.P99, group.Figures.Max }.Select(Seconds),
    ];

    private static string Seconds(double seconds) => double.IsInfinity(seconds) ? "for ever" : Text($"{seconds:0.0}s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
