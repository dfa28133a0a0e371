using System.Collections.Frozen;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scheduling;

public sealed class SchedulerSetupTests
{
    private const long Gibibyte = 1L << 30;

    [Theory]
    [InlineData(null, 3, 3)]
    [InlineData(null, 100, 8)]
    [InlineData(100, 3, 100)]
    [InlineData(null, null, null)]
    public void An_estimate_counts_where_nothing_is_written_and_never_for_more_than_the_pool(int? written, int? estimate, int? counts)
    {
        var model = new ModelSpec { Id = new ModelId("m"), Engine = new EngineSpec { Name = "e", Command = [] }, Memory = written * Gibibyte, MemoryEstimate = estimate * Gibibyte };
        var config = new LockkeeperConfig { Pools = new Dictionary<string, PoolConfig> { [PoolConfig.DefaultName] = new() { SafetyMargin = 2 } } };
        SchedulerSetup.Of(ModelCatalog.Of([model]), config, 16 * Gibibyte, FrozenDictionary<ModelId, ModelFigures>.Empty).Models.ShouldHaveSingleItem().Memory.ShouldBe(counts * Gibibyte);
    }
}
