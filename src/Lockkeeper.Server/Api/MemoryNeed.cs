using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Api;

/// <summary>What a model takes to be loaded, for showing: the scheduler decides by what it knows itself.</summary>
/// <param name="Bytes">Without safety margin; null when nobody knows yet, or it takes none of ours.</param>
/// <param name="Source">Where that is from: <c>measured</c>, <c>configured</c> or <c>estimated</c>; null without a figure.</param>
/// <param name="FitsNow">Whether it could be loaded beside what is there now, or is loaded already; null when that is not known.</param>
internal sealed record MemoryNeed(long? Bytes, string? Source, bool? FitsNow)
{
    /// <summary>What others hold for us does not have to fit.</summary>
    private static readonly MemoryNeed None = new(null, null, true);

    public static MemoryNeed Of(ModelSpec model, Standing standing)
    {
        if (model.Engine.Lifecycle == Lifecycle.Cloud)
        {
            return None;
        }

        var (bytes, source) = standing.Scheduler.Figures.GetValueOrDefault(model.Id)?.Footprint is { } measured ? (measured, "measured")
            : model.Memory is { } configured ? (configured, "configured")
            : model.MemoryEstimate is { } estimated ? (estimated, "estimated")
            : ((long?)null, (string?)null);
        return new MemoryNeed(bytes, source, model.Engine.Lifecycle == Lifecycle.Attached || IsLoaded(model, standing) ? true : Fits(bytes, model.Pool, standing));
    }

    private static bool IsLoaded(ModelSpec model, Standing standing) => standing.Scheduler.Instances.Any(instance => instance.Id.Model == model.Id);

    /// <summary>What nobody knows the size of is said neither to fit nor not to.</summary>
    private static bool? Fits(long? bytes, string name, Standing standing) =>
        bytes is { } need && standing.Scheduler.Pools.FirstOrDefault(pool => pool.Name == name) is { } pool && (pool.Available ?? pool.Capacity) is not null
            ? !(need > pool.Available) && !(need > pool.Capacity - pool.Claimed)
            : null;
}
