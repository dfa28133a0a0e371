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
        var overdue = result.Requests.Where(request => !(request.Wait <= MaxWait(request))).ToList();
        if (overdue.Count == 0 || result.Residencies.IsEmpty)
        {
            return overdue.Count;
        }

        var turn = LongestTurn(result);
        var best = result.Requests.Min(request => request.Asked.Priority);
        var served = result.Requests.Where(request => request.Granted is not null).ToList();
        var turns = new EarlierDeadlines(served.GroupBy(request => request.Residency!.Value)
            .Select(those => (result.Residencies[those.Key].Ready, those.Min(Deadline), Weight: 1L)));
        var work = served.GroupBy(request => request.Asked.Model)
            .ToDictionary(those => those.Key, those => new EarlierDeadlines(those.Select(request => (request.Granted!.Value, Deadline(request), request.Service.Ticks))));
        return overdue.Count(request => request.Granted is not { } granted || granted > Deadline(request)
            + ((turns.Between(Deadline(request), granted) + 1) * (request.Asked.Priority > best ? 2 : 1) * turn)
            + TimeSpan.FromTicks(work[request.Asked.Model].Between(Deadline(request), granted)));
    }

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
