using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>What requests in flight are told when a run is stopped without waiting for them.</summary>
internal static class Interruption
{
    /// <summary>Null for a stop that waits.</summary>
    public static InstanceFailure? Of(StopReason reason, InstanceId instance, ModelSpec model)
    {
        var why = reason switch
        {
            StopReason.ForcedUnload => $"it was unloaded by force (POST /admin/models/{instance.Model}/unload)",
            StopReason.DrainTimeout => $"it had to go, for another model or by hand, and the request had not ended within pools.{model.Pool}.drain_timeout",
            StopReason.Closing => "Lockkeeper is closing",
            _ => null,
        };
        return why is null ? null : InstanceFailure.Of(why) with { Intended = true };
    }
}
