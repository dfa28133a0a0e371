using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What the configuration means to the scheduler.</summary>
internal static class SchedulerSetup
{
    public static SchedulerOptions Of(ModelCatalog models, LockkeeperConfig config) => new()
    {
        MaxQueue = config.Scheduling.MaxQueue,
        Pools = [new PoolOptions("default")],
        Models = [.. models.Models.Select(model => new ModelOptions(model.Id, "default") { MaxConcurrency = model.MaxConcurrency })],
    };
}
