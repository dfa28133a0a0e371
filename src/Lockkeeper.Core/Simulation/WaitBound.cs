using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>
/// How long a request may wait at most, computed from what happened and not by whoever decided it:
/// <c>max_wait + (n + 1) × (turn + gate cap + longest request + settle + load) + w</c>. <c>n</c> counts the residencies that began after it was overdue and served a request with
/// an earlier deadline; with better priorities about, each of them may have had one more turn before it. <c>w</c> is the work of earlier deadlines for its own model, which no rule can spare it.
/// </summary>
internal static class WaitBound
{
    private static readonly TimeSpan LeastTurn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTurn = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LeastGateCap = TimeSpan.FromSeconds(30);

    public static int CountMissed(SimulationResult result)
    {
        if (result.Residencies.IsEmpty || result.Requests.IsEmpty)
        {
            return result.Requests.Length;
        }

        // By deadline, and of the same deadline in the order of arrival: the order in which the overdue are due.
        var due = Enumerable.Range(0, result.Requests.Length).OrderBy(index => Deadline(result.Requests[index])).ToArray();
        var ranked = due.Select((index, rank) => (Request: result.Requests[index], Rank: rank)).ToList();
        var served = ranked.Where(one => one.Request.Granted is not null).ToList();
        var firstServed = served.GroupBy(one => one.Request.Residency!.Value).ToDictionary(those => those.Key, those => those.Min(one => one.Rank));
        var turns = new EarlierRanks(firstServed.Select(first => (ReadyOf(first.Key), first.Value, Weight: 1L)));
        var work = served.GroupBy(one => one.Request.Asked.Model)
            .ToDictionary(those => those.Key, those => new EarlierRanks(those.Select(one => (one.Request.Granted!.Value, one.Rank, one.Request.Service.Ticks))));
        var turn = LongestTurn(result);
        var best = result.Requests.Min(request => request.Asked.Priority);
        return ranked.Count(one => IsOverdue(one.Request) && (one.Request.Granted is not { } granted || granted > Latest(one.Request, one.Rank)));

        TimeSpan ReadyOf(int residency) => result.Residencies[residency].Ready;

        TimeSpan Latest(SimulatedRequest request, int rank)
        {
            var (deadline, granted, own) = (Deadline(request), request.Granted!.Value, request.Residency!.Value);
            var others = turns.Between(deadline, granted, rank) - (ReadyOf(own) > deadline && firstServed[own] < rank ? 1 : 0);
            var alternating = request.Asked.Priority > best ? 2 : 1;
            return deadline + ((others + 1) * alternating * turn) + TimeSpan.FromTicks(work[request.Asked.Model].Between(deadline, granted, rank));
        }
    }

    private static bool IsOverdue(SimulatedRequest request) => !(request.Wait <= MaxWait(request));

    private static TimeSpan MaxWait(SimulatedRequest request) => SchedulerOptions.DefaultMaxWait[request.Asked.Priority];

    private static TimeSpan Deadline(SimulatedRequest request) => request.Asked.At + MaxWait(request);

    /// <summary>Turn, gate cap, longest request, settle and load, each at its worst.</summary>
    private static TimeSpan LongestTurn(SimulationResult result)
    {
        var defaults = new SchedulerOptions { Pools = [], Models = [] };
        var load = result.Residencies.Max(residency => residency.Model.Load);
        var free = result.Residencies.Max(residency => residency.Model.Free);
        var turn = Clamp((load + free) * defaults.TurnFactor, LeastTurn, MostTurn);
        var gateCap = Clamp((load + free) * defaults.GateCap, LeastGateCap, TimeSpan.MaxValue);
        return turn + gateCap + result.Requests.Max(request => request.Service) + free + load;
    }

    private static TimeSpan Clamp(TimeSpan time, TimeSpan least, TimeSpan most) => time < least ? least : time > most ? most : time;
}
