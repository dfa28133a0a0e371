using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What the scheduler wants done. The admission loop performs each by posting work; it awaits none.</summary>
internal abstract record SchedulerEffect
{
    private SchedulerEffect()
    {
    }

    /// <summary>The ticket may use the instance until it is released.</summary>
    public sealed record Grant(long TicketId, InstanceId Instance) : SchedulerEffect;

    /// <summary>The ticket is answered with an error.</summary>
    public sealed record Refuse(long TicketId, RouterError Error) : SchedulerEffect;

    /// <summary>Bring the instance up.</summary>
    public sealed record Start(InstanceId Instance) : SchedulerEffect;

    /// <summary>The instance gets no more work; it is stopped when the last request in flight is done. For showing only.</summary>
    public sealed record Drain(InstanceId Instance) : SchedulerEffect;

    /// <summary>Stop the instance and see its memory back. What is in flight was waited for, unless the reason is one that does not wait.</summary>
    public sealed record Stop(InstanceId Instance, StopReason Reason) : SchedulerEffect;

    /// <summary>
    /// Abort the granted request if it has sent the client nothing yet. Either it comes back as <see cref="SchedulerEvent.Released"/> and then
    /// <see cref="SchedulerEvent.Arrived"/> with its old id and time, or it was too late and goes on.
    /// </summary>
    public sealed record Requeue(long TicketId, InstanceId Instance) : SchedulerEffect;
}

/// <summary>Why an instance is stopped.</summary>
internal enum StopReason
{
    /// <summary>Another model needs the memory.</summary>
    Swap,

    /// <summary>Nobody waits for what is being started, and others wait.</summary>
    Unwanted,

    /// <summary>It was idle for <c>idle_timeout</c>.</summary>
    Idle,

    /// <summary>It was idle, and the engines in its pool turned out to need more memory together than the pool has.</summary>
    Overcommit,

    /// <summary>Somebody asked, or its model is not configured any more.</summary>
    Unload,

    /// <summary>Somebody asked, and not to wait for what is in flight.</summary>
    ForcedUnload,

    /// <summary>The drain took longer than <c>drain_timeout</c>: what is in flight is killed.</summary>
    DrainTimeout,

    /// <summary>Lockkeeper closes.</summary>
    Closing,
}
