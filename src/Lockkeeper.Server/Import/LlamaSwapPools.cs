using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Import;

/// <summary>Who may run together, in llama-swap by groups or by a matrix, here by pools.</summary>
internal static class LlamaSwapPools
{
    /// <returns>The pool of each model that is not in the first one.</returns>
    public static Dictionary<string, string> Read(OldSection root, ImportDraft draft)
    {
        var router = root.Section("routing")?.Section("router");
        var settings = router?.Section("settings");
        var (groups, matrix) = (settings ?? root).Has("groups") ? (settings ?? root, settings) : (root, settings);
        if (router?.Text("use") == "matrix" || (matrix ?? root).Has("matrix"))
        {
            (matrix ?? root).Lose("matrix", "which models run together follows from their measured memory; evict_costs from their measured load times");
            draft.OneAtATime(new PoolConfig { Policy = PoolPolicy.Fit });
            _ = groups.Node("groups");
            return [];
        }

        draft.OneAtATime();
        var pools = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, group) in groups.Sections("groups"))
        {
            var (swap, exclusive, persistent) = (group.Truth("swap") ?? true, group.Truth("exclusive") ?? true, group.Truth("persistent") ?? false);
            var members = group.Texts("members");
            if (swap && exclusive && !persistent)
            {
                continue; // one of all: the first pool
            }

            if (exclusive)
            {
                draft.Lose(group.PlaceOf("exclusive"), "a model makes room in its own pool; those of other pools stay, as far as memory allows");
            }

            var pool = string.Concat(name.Select(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) ? '-' : letter));
            pool = pool.Length == 0 || draft.Pools.ContainsKey(pool) ? $"group-{pool}" : pool;
            draft.Pools.Add(pool, new PoolConfig { Policy = swap ? PoolPolicy.Exclusive : PoolPolicy.Fit });
            draft.Comment(ConfigKey.Top("pools") / pool, swap ? $"group {name}: one of its members at a time, beside those of other pools" : $"group {name}: its members run together, beside those of other pools");
            foreach (var member in members)
            {
                pools[member] = pool;
            }
        }

        return pools;
    }
}
