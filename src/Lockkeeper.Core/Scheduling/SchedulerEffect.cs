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

    /// <summary>Stop the instance and see its memory back.</summary>
    public sealed record Stop(InstanceId Instance) : SchedulerEffect;
}
