using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>A trace under a rule: the same machine and the same requests for each, and none is told more than a router on a real machine would know.</summary>
internal static class Simulator
{
    private const string PoolName = "pool";

    /// <summary>What is wrong with a trace on that pool, as a sentence; null when nothing is.</summary>
    /// <param name="capacity">Bytes of a pool that models share as far as they fit; null for one model at a time.</param>
    public static string? Refuse(Trace trace, long? capacity)
    {
        if (capacity is null)
        {
            return trace.Models.Where(model => model.Resident).Skip(1).FirstOrDefault() is { } second ? $"'{second.Id}' cannot be resident beside another model without a pool that has room for both" : null;
        }

        if (trace.Models.FirstOrDefault(model => model.Footprint is null) is { } unknown)
        {
            return $"the footprint of '{unknown.Id}' is missing in the model table; a pool of a size needs all of them";
        }

        return trace.Models.FirstOrDefault(model => model.Footprint > capacity) is { } large ? $"'{large.Id}' does not fit into the pool"
            : trace.Models.Where(model => model.Resident).Sum(model => (double)model.Footprint!) > capacity ? "the models that are resident at the beginning do not fit into the pool together"
            : null;
    }

    /// <param name="capacity">Bytes of a pool that models share as far as they fit; null for one model at a time.</param>
    public static SimulationResult Run(Trace trace, PolicyKind policy, long? capacity = null)
    {
        var pool = new PoolOptions(PoolName) { Policy = capacity is null ? PoolPolicy.Exclusive : PoolPolicy.Fit, Capacity = capacity };
        var result = new World(trace, PolicyFor(policy, trace, pool), pool).Run() with { Policy = policy };
        return result with { MissedBounds = WaitBound.CountMissed(result) };
    }

    private static IPolicy PolicyFor(PolicyKind policy, Trace trace, PoolOptions pool)
    {
        var room = new EngineRoom(trace.Models);
        return policy switch
        {
            PolicyKind.Fifo => new FifoPolicy(room),
            PolicyKind.ResidentFirst => ResidentFirstPolicy.ByMemory(room, pool),
            PolicyKind.Lru => ResidentFirstPolicy.ByCount(room, pool, trace.Models),
            _ => new LockkeeperPolicy(LockkeeperPolicy.OptionsFor(trace.Models, pool)),
        };
    }
}
