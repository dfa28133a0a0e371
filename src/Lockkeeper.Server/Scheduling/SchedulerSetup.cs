using System.Collections.Frozen;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What the configuration means to the scheduler.</summary>
internal static class SchedulerSetup
{
    /// <param name="models">The catalog.</param>
    /// <param name="config">The configuration it was made from.</param>
    /// <param name="total">Bytes of memory the machine has for models; null when unknown.</param>
    /// <param name="figures">What was learned of the models before.</param>
    public static SchedulerOptions Of(ModelCatalog models, LockkeeperConfig config, long? total, FrozenDictionary<ModelId, ModelFigures> figures)
    {
        var scheduling = config.Scheduling;
        return new SchedulerOptions
        {
            MaxQueue = scheduling.MaxQueue,
            MaxWait = ByPriority<TimeSpan>.Of(scheduling.MaxWaitOf),
            QueueTimeout = ByPriority<TimeSpan?>.Of(scheduling.QueueTimeoutOf),
            TurnFactor = scheduling.TurnFactor,
            SwapPatience = scheduling.SwapPatience,
            GateCap = scheduling.GateCap,
            Preempt = scheduling.Preempt,
            KeyWeights = config.Server.ApiKeys.ToFrozenDictionary(key => key.Name, key => key.Weight, StringComparer.Ordinal),
            Pools = [.. config.PoolsOrDefault.Select(pool => Pool(pool.Key, pool.Value, total))],
            Models = [.. models.Models.Where(model => IsScheduled(model, config)).Select(model => Model(model, config, total))],
            EngineLimits = models.Models.Select(model => model.Engine).Where(engine => LimitOf(engine) is not null).DistinctBy(engine => engine.Name)
                .ToFrozenDictionary(engine => engine.Name, engine => LimitOf(engine)!.Value, StringComparer.Ordinal),
            Figures = figures,
        };
    }

    private static PoolOptions Pool(string name, PoolConfig pool, long? total) => new(name)
    {
        Policy = pool.Policy,
        Capacity = pool.Memory.Size?.Bytes ?? total,
        SafetyMargin = pool.SafetyMargin,
        Serialize = pool.Serialize,
        MaxResident = pool.MaxResident,
        DrainTimeout = pool.DrainTimeout.Value,
    };

    /// <summary>A cloud holds no memory of ours, and what was found in folders may know a pool that is gone.</summary>
    private static bool IsScheduled(ModelSpec model, LockkeeperConfig config) => model.Engine.Lifecycle != Lifecycle.Cloud && config.PoolsOrDefault.ContainsKey(model.Pool);

    /// <summary>How many models may live in it at the same time: a process that has one port can only be there once.</summary>
    private static int? LimitOf(EngineSpec engine) => engine.Lifecycle switch
    {
        Lifecycle.Api or Lifecycle.Ollama => engine.MaxLoaded,
        Lifecycle.Process when engine.Url is not null => 1,
        _ => null,
    };

    /// <remarks>An estimate must not refuse what has never been tried: beyond the pool it is cut to what lets the model run alone.</remarks>
    private static ModelOptions Model(ModelSpec model, LockkeeperConfig config, long? total) => new(model.Id, model.Pool)
    {
        Engine = LimitOf(model.Engine) is null ? null : model.Engine.Name,
        MaxConcurrency = model.MaxConcurrency,
        Pinned = model.Pinned,
        Attached = model.Engine.Lifecycle == Lifecycle.Attached,
        IdleTimeout = model.IdleTimeout,
        Memory = model.Memory ?? (model.MemoryEstimate is { } estimate ? Math.Min(estimate, Most(config.PoolsOrDefault.GetValueOrDefault(model.Pool), total)) : null),
        Recipe = new RunRecipe(model),
    };

    private static long Most(PoolConfig? pool, long? total) => (pool?.Memory.Size?.Bytes ?? total) is { } capacity ? (long)(capacity / (pool?.SafetyMargin ?? 1)) : long.MaxValue;
}
