using System.Globalization;

namespace Lockkeeper.Core.Scheduling;

/// <summary>Whether a model fits into the memory of its pool: what instances have claimed, and what was measured free.</summary>
internal static class MemoryFit
{
    private const long Gibibyte = 1024 * 1024 * 1024;

    private static readonly HashSet<Instance> Nobody = [];

    /// <summary>Whether it may be started now.</summary>
    public static bool HasRoom(ScheduledModel model) => HasRoomWithout(model, Nobody);

    /// <summary>Whether it could be started once those have given their memory back.</summary>
    /// <param name="model">The model.</param>
    /// <param name="gone">Those who give their memory back.</param>
    /// <param name="atBest">
    /// Whether what is still loading is taken to hold its whole claim already, and nothing beyond what is known of it. Else nothing of its claim, which may have come after the measurement, and
    /// the whole pool if it has none.
    /// </param>
    public static bool HasRoomWithout(ScheduledModel model, IReadOnlySet<Instance> gone, bool atBest = false)
    {
        var pool = model.Pool;
        if ((model.Instance is { } last && !gone.Contains(last)) || model.Engine?.HasPlace(gone, pool, atBest) == false)
        {
            return false;
        }

        var (count, claimed, starting, freed, unknown) = (0, 0L, 0L, 0L, false);
        foreach (var instance in pool.Instances)
        {
            var claim = instance.Claim ?? 0;
            if (gone.Contains(instance))
            {
                freed += instance.ReadySince is not null || atBest ? claim : 0;
                continue;
            }

            count++;
            claimed += claim;
            unknown |= instance.Claim is null && !(atBest && instance.ReadySince is null);

            // What a starting engine will take is still measured as free, also when it was told to stop meanwhile.
            starting += instance.ReadySince is null ? claim : 0;
        }

        if (count >= pool.MostInstances || unknown)
        {
            return false;
        }

        if (count == 0 && (model.Figures.RanAlone || model.Claim is null))
        {
            return true; // alone it has what there is
        }

        return model.Claim is { } need
            && (pool.Options.Capacity is { } capacity ? need <= capacity - claimed : count == 0)
            && (pool.Available is not { } available || need <= available + freed - starting);
    }

    /// <summary>Why it cannot be loaded whatever may be evicted, with the figures; null when it can.</summary>
    public static string? WhyNever(ScheduledModel model)
    {
        var pool = model.Pool;
        var evictable = pool.Instances.Where(instance => instance.IsGoing || instance.MustGo || !instance.Model.IsPinned).ToHashSet();
        if (model.Instance is { } last)
        {
            evictable.Add(last);
        }

        return HasRoomWithout(model, evictable, atBest: true) ? null : Figures(model);
    }

    /// <summary>Whether it is only what others than the pool's own hold that is in its way. They may give it back; the pool does not grow, and what is pinned does not go.</summary>
    public static bool FitsWithoutOthers(ScheduledModel model)
    {
        var pool = model.Pool;
        var staying = Staying(pool);
        return pool.Available is not null && model.Engine?.HasPlace(pool.Instances.Except(staying).ToHashSet(), pool, atBest: true) != false && staying.Count < pool.MostInstances
            && model.Claim is { } need && !(need > pool.Options.Capacity - staying.Sum(instance => instance.Claim ?? 0));
    }

    /// <summary>What it needs, what the pool has, and what is free.</summary>
    public static string Figures(ScheduledModel model)
    {
        var pool = model.Pool;
        var staying = Staying(pool);
        var pinned = staying.Count == 0 ? "" : $", of which {string.Join(" and ", staying.Select(Describe))} {(staying.Count == 1 ? "stays" : "stay")} there (pinned)";
        var need = model.Claim is { } claim
            ? string.Create(CultureInfo.InvariantCulture, $"it needs {Size(claim)} (with safety_margin {pool.Options.SafetyMargin:0.##})")
            : $"its footprint is not known yet, so it has to run alone the first time, unless models.{model.Id}.memory says what it needs";
        var has = pool.Options.Capacity is { } capacity ? $"pool '{pool.Options.Name}' has {Size(capacity)}" : $"pool '{pool.Options.Name}' holds {Count(pool)}";
        if (model.Engine is { } engine && staying.Count(instance => instance.Engine == engine) is var places && places >= engine.Limit)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its engine '{engine.Name}' holds {engine.Limit} model{(engine.Limit == 1 ? "" : "s")} at a time{pinned}");
        }

        var free = pool.Available is { } available ? $"; {Size(available)} is measured free now" : "";
        return $"{need}, {has}{pinned}{free}";
    }

    private static List<Instance> Staying(Pool pool) => [.. pool.Instances.Where(instance => instance.Model.IsPinned && instance is { IsGoing: false, MustGo: false })];

    private static string Describe(Instance instance) => $"'{instance.Id.Model}'{(instance.Claim is { } claim ? $" with {Size(claim)}" : ", whose size is not known yet,")}";

    private static string Count(Pool pool) => pool.MostInstances == 1 ? "one model at a time" : string.Create(CultureInfo.InvariantCulture, $"at most {pool.MostInstances} models");

    private static string Size(long bytes) => bytes < Gibibyte
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Gibibyte:0.##} GiB");
}
