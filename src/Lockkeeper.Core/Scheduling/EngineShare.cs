namespace Lockkeeper.Core.Scheduling;

/// <summary>An engine that several models share: what lives in it, in whatever pool, and how much may at the same time.</summary>
/// <param name="name">The engine.</param>
internal sealed class EngineShare(string name)
{
    public string Name => name;

    /// <summary>Runs that may live in it at the same time, from their start until they are settled.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public List<Instance> Instances { get; } = [];

    /// <summary>Whether one more may start once those are gone.</summary>
    /// <param name="gone">Those who go.</param>
    /// <param name="pool">Where it is to start.</param>
    /// <param name="atBest">Whether those of other pools are taken to go by themselves: an engine is in two pools only while one is left for the other.</param>
    public bool HasPlace(IReadOnlySet<Instance> gone, Pool pool, bool atBest)
    {
        var staying = 0;
        foreach (var instance in Instances)
        {
            staying += gone.Contains(instance) || (atBest && instance.Pool != pool) ? 0 : 1;
        }

        return staying < Limit;
    }
}
