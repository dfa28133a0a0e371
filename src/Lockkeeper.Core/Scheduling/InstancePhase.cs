namespace Lockkeeper.Core.Scheduling;

/// <summary>Where a run is in its life, as far as the scheduler cares. In each of them it holds the pool; <see cref="SchedulerEvent.MemorySettled"/> ends the last.</summary>
internal enum InstancePhase
{
    /// <summary>Asked for, does not answer yet.</summary>
    Starting,

    /// <summary>Serves whom its gate admits.</summary>
    Ready,

    /// <summary>Nobody waits that its gate would admit; what is in flight ends in peace. Becomes <see cref="Ready"/> again when that changes.</summary>
    Draining,

    /// <summary>Told to stop. There is no way back.</summary>
    Stopping,

    /// <summary>The process is gone; its memory is not back yet.</summary>
    Settling,
}
