namespace Lockkeeper.Core.Scheduling;

/// <summary>Who has to go so that a model can come: a set chosen at once, of least reload cost × chance of use soon.</summary>
internal static class Eviction
{
    private static readonly TimeSpan OftenUsed = TimeSpan.FromMinutes(1);

    /// <returns>Those who have to go besides those who go already; null when those who may be left now are not enough.</returns>
    public static HashSet<Instance>? VictimsFor(ScheduledModel model, Decision decision)
    {
        var pool = model.Pool;
        var foreign = pool.Foreign(decision);
        var gone = pool.Instances.Where(instance => instance.IsGoing || instance.MustGo).ToHashSet();
        var victims = new List<Instance>();
        foreach (var candidate in pool.Instances
            .Where(instance => !gone.Contains(instance) && !instance.Model.IsPinned && Leaving.May(instance, model, foreign, decision))
            .OrderBy(instance => Cost(instance, decision.Now)).ThenBy(instance => instance.Id.Run).ToList())
        {
            if (MemoryFit.HasRoomWithout(model, gone))
            {
                break;
            }

            gone.Add(candidate);
            victims.Add(candidate);
        }

        if (!MemoryFit.HasRoomWithout(model, gone))
        {
            return null;
        }

        // A large one at the end may have made small ones before it unnecessary.
        foreach (var spared in victims.ToList())
        {
            gone.Remove(spared);
            if (MemoryFit.HasRoomWithout(model, gone))
            {
                victims.Remove(spared);
            }
            else
            {
                gone.Add(spared);
            }
        }

        return [.. victims];
    }

    /// <summary>Who can go at once without disturbing anybody.</summary>
    public static HashSet<Instance> Idle(Pool pool) =>
        [.. pool.Instances.Where(instance => instance is { Serves: true, IsIdle: true } && instance.Model.Line.Count == 0 && !instance.Model.IsPinned)];

    /// <summary>
    /// Engines can turn out to need more than was claimed for them when they started. Then idle ones go, the cheapest first, until the claims of the rest fit again; one that is alone may stay.
    /// </summary>
    public static void RelieveOvercommit(Pool pool, Decision decision)
    {
        if (pool.Options is not { Policy: PoolPolicy.Fit, Capacity: { } capacity })
        {
            return;
        }

        while (true)
        {
            var (staying, claimed) = (0, 0L);
            foreach (var instance in pool.Instances)
            {
                var stays = instance is { IsGoing: false, MustGo: false };
                staying += stays ? 1 : 0;
                claimed += stays ? instance.Claim ?? 0 : 0;
            }

            if (claimed <= capacity || staying < 2 || CheapestIdle(pool, decision.Now) is not { } cheapest)
            {
                return;
            }

            Succession.Stop(cheapest, StopReason.Overcommit, decision);
        }
    }

    private static Instance? CheapestIdle(Pool pool, TimeSpan now) => Idle(pool).OrderBy(instance => Cost(instance, now)).ThenBy(instance => instance.Id.Run).FirstOrDefault();

    /// <summary>In seconds. One that is used now or waited for will certainly be wanted again.</summary>
    private static double Cost(Instance instance, TimeSpan now)
    {
        var isWanted = !instance.IsIdle || instance.Model.Line.Count > 0;
        var chance = isWanted || instance.IdleSince is not { } idle ? 1 : OftenUsed / (OftenUsed + (now - idle));
        return SwapCost.Of(instance.Model).TotalSeconds * chance * (isWanted ? 2 : 1);
    }
}
