using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>One rule over one trace, or over several of a kind taken together.</summary>
/// <param name="Policy">The rule.</param>
/// <param name="Waits">Of all requests first, then of each model and priority.</param>
internal sealed record SimulationSummary(PolicyKind Policy, ImmutableArray<WaitGroup> Waits)
{
    /// <summary>All requests whose priority is not background: somebody sits there and waits for them.</summary>
    public required WaitFigures Foreground { get; init; }

    public int Loads { get; init; }

    public int Swaps { get; init; }

    public double BusyShare { get; init; }

    public int Overdue { get; init; }

    public int MissedBounds { get; init; }

    public WaitFigures All => Waits[0].Figures;

    public static SimulationSummary Of(IReadOnlyCollection<SimulationResult> results)
    {
        var requests = results.SelectMany(result => result.Requests).ToList();
        var span = results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Span);
        var busy = results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Busy);
        return new SimulationSummary(
            results.First().Policy,
            [
                new WaitGroup(null, null, WaitFigures.Of(requests)),
                .. requests.GroupBy(request => (request.Asked.Model, request.Asked.Priority))
                    .OrderBy(group => group.Key.Model.Value, StringComparer.Ordinal).ThenBy(group => group.Key.Priority)
                    .Select(group => new WaitGroup(group.Key.Model, group.Key.Priority, WaitFigures.Of(group))),
            ])
        {
            Foreground = WaitFigures.Of(requests.Where(request => request.Asked.Priority != Priority.Background)),
            Loads = results.Sum(result => result.Loads),
            Swaps = results.Sum(result => result.Swaps),
            BusyShare = span > TimeSpan.Zero ? busy / span : 0,
            Overdue = results.Sum(result => result.Overdue),
            MissedBounds = results.Sum(result => result.MissedBounds),
        };
    }
}

/// <summary>The waits of the requests of one model and priority; nulls stand for all.</summary>
internal sealed record WaitGroup(ModelId? Model, Priority? Priority, WaitFigures Figures);
