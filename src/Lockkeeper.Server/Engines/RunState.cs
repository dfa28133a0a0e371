using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>Where a run is in its life, as its engine has it; the scheduler has <see cref="InstancePhase"/>. A run that has been stopped keeps nothing but its evidence.</summary>
internal enum RunState
{
    Starting,
    Ready,

    /// <summary>Asked to end, or crashed and being cleared away: something of it may still live.</summary>
    Stopping,

    /// <summary>Nothing of it lives; the memory it held is on its way back.</summary>
    Settling,
    Stopped,

    /// <summary>Over, and not because anyone asked.</summary>
    Failed,
}
