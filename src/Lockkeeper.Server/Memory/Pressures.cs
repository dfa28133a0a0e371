using System.Collections.Frozen;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Memory;

/// <summary>The memory pressure of each pool, by the thresholds it has now.</summary>
internal sealed class Pressures(IMemoryReader memory, TimeProvider time, ILogger<Pressure> logger)
{
    private volatile FrozenDictionary<string, Pressure> _pools = FrozenDictionary<string, Pressure>.Empty;

    /// <summary>A pool that stays keeps its level: that falls only by the hysteresis of its thresholds. Called by one thread at a time.</summary>
    public void Configure(IReadOnlyDictionary<string, PoolConfig> pools) => _pools = pools.ToFrozenDictionary(
        pool => pool.Key,
        pool =>
        {
            var thresholds = PressureSetup.Thresholds(pool.Value.Pressure);
            var pressure = _pools.GetValueOrDefault(pool.Key) ?? new Pressure(memory, thresholds, time, logger);
            pressure.Configure(thresholds);
            return pressure;
        },
        StringComparer.Ordinal);

    /// <summary>Normal for a pool that has just gone.</summary>
    public PressureLevel LevelOf(string pool) => _pools.GetValueOrDefault(pool)?.Level() ?? PressureLevel.Normal;
}
