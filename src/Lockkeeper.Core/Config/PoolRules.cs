using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>Which models can share a pool: one that never leaves must not be in the way of others for ever.</summary>
internal static class PoolRules
{
    private static readonly ConfigKey Models = ConfigKey.Top("models");

    public static void Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        Names(config, findings);
        foreach (var (name, pool) in config.PoolsOrDefault)
        {
            if (pool is { Policy: PoolPolicy.Exclusive, MaxResident: > 1 })
            {
                findings.Add(ConfigKey.Top("pools") / name / "max_resident", "is for policy: fit; an exclusive pool holds one");
            }

            if (pool.Places() is { } places)
            {
                var members = config.Models.Where(model => config.PoolOf(model.Value) == name && !IsCloud(model.Value)).ToList();
                Members(new Pool(name, pool.Policy, places, members), config, findings);
            }
        }

        foreach (var (name, engine) in config.Engines.Where(engine => engine.Value is { Lifecycle: Lifecycle.Attached, ListModels: true }))
        {
            if (config.PoolsOrDefault.TryGetValue(config.PoolOf(new ModelConfig { Engine = name }), out var pool) && pool.Places() is { } places)
            {
                findings.Add(ConfigKey.Top("engines") / name / "list_models", $"brings as many models as the engine has, which stay there for ever, into a pool with {(places == 1 ? "one place" : $"{places} places")}; "
                    + "write policy: fit and serialize: true for the pool, without max_resident, or give the engine a pool of its own that is such a one");
            }
        }

        bool IsCloud(ModelConfig model) => config.Engines.TryGetValue(model.Engine, out var engine) && CloudRules.IsCloud(engine, presets);
    }

    private static void Names(LockkeeperConfig config, ConfigFindings findings)
    {
        foreach (var (name, pool) in config.Pools)
        {
            if (name.Length == 0 || name.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)))
            {
                findings.Add(ConfigKey.Top("pools") / name, "is no name for a pool; it holds no spaces and is not empty");
            }
        }

        var asked = config.Engines.Select(engine => (Key: ConfigKey.Top("engines") / engine.Key, engine.Value.Pool)).Concat(config.Models.Select(model => (Key: Models / model.Key, model.Value.Pool)));
        foreach (var (key, pool) in asked)
        {
            if (pool is not null && !config.PoolsOrDefault.ContainsKey(pool) && !findings.Positions.IsDoubtful(ConfigKey.Top("pools")))
            {
                findings.Add(key / "pool", Spelling.Nearest(pool, config.PoolsOrDefault.Keys) is { } near
                    ? $"there is no pool '{pool}'; did you mean '{near}'?"
                    : $"there is no pool '{pool}'; there are {string.Join(", ", config.PoolsOrDefault.Keys.Select(known => $"'{known}'"))}");
            }
        }
    }

    private static void Members(Pool pool, LockkeeperConfig config, ConfigFindings findings)
    {
        List<string> attached = [.. pool.Members.Where(model => config.Engines.GetValueOrDefault(model.Value.Engine)?.Lifecycle == Lifecycle.Attached).Select(model => model.Key)];
        if (attached.Count > 0 && Blocked(pool, attached.Count))
        {
            var other = pool.Members.First(model => model.Key != attached[^1]).Key;
            findings.Add(Models / attached[^1] / "engine", $"is attached, so it stays in {pool} for ever, and '{other}' is in that pool too; "
                + "write policy: fit and serialize: true for the pool (all stay, one works at a time), or give the engine a pool of its own");
            return;
        }

        List<string> pinned = [.. pool.Members.Where(model => model.Value.Pinned).Select(model => model.Key)];
        if (pinned.Count > 0 && Blocked(pool, attached.Count + pinned.Count))
        {
            findings.Add(Models / pinned[^1] / "pinned", $"keeps it in {pool} for ever, so '{pool.Members.First(model => model.Key != pinned[^1]).Key}' could never run; "
                + "remove it, write policy: fit for the pool, or give one of them another pool");
        }

        List<string> preloaded = [.. pool.Members.Where(model => model.Value.Preload).Select(model => model.Key)];
        if (preloaded.Count > pool.Places)
        {
            findings.Add(Models / preloaded[^1] / "preload", $"cannot hold in {pool}, where '{preloaded[0]}' is preloaded already; remove one of them");
        }
    }

    /// <summary>Whether those that stay leave no place for the others.</summary>
    private static bool Blocked(Pool pool, int stay) => stay > pool.Places || (stay == pool.Places && pool.Members.Count > stay);

    private sealed record Pool(string Name, PoolPolicy Policy, int Places, List<KeyValuePair<string, ModelConfig>> Members)
    {
        public override string ToString() => Policy == PoolPolicy.Exclusive ? $"the exclusive pool '{Name}'" : $"the pool '{Name}' (max_resident: {Places})";
    }
}
