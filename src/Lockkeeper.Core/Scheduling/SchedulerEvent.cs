using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What can happen to the scheduler. Closed: nothing else changes its mind.</summary>
internal abstract record SchedulerEvent
{
    private SchedulerEvent()
    {
    }

    /// <summary>A request asks for its model.</summary>
    public sealed record Arrived(Ticket Ticket) : SchedulerEvent;

    /// <summary>The client left, or was told no elsewhere. Harmless when the ticket is gone already.</summary>
    public sealed record Cancelled(long TicketId) : SchedulerEvent;

    /// <summary>A granted request has had its last byte from the engine, or was aborted and its connection is closed.</summary>
    public sealed record Released(long TicketId, InstanceId Instance) : SchedulerEvent;

    /// <summary>A started instance answers.</summary>
    public sealed record InstanceReady(InstanceId Instance) : SchedulerEvent;

    /// <summary>A start has failed. What is left of it is being stopped; <see cref="MemorySettled"/> follows.</summary>
    public sealed record StartFailed(InstanceId Instance, InstanceFailure Failure) : SchedulerEvent;

    /// <summary>The process is gone and its port closed, asked for or not (a crash carries its failure); <see cref="MemorySettled"/> follows.</summary>
    public sealed record InstanceGone(InstanceId Instance, InstanceFailure? Failure) : SchedulerEvent;

    /// <summary>The memory the instance held is back: its claim on the pool ends here. The last event of every run.</summary>
    public sealed record MemorySettled(InstanceId Instance) : SchedulerEvent;

    /// <summary>What can be had of the pool's memory now, whoever else uses the machine.</summary>
    public sealed record MemoryObserved(string Pool, long Available) : SchedulerEvent;

    /// <summary>What the instance has held at its peak so far, file pages included.</summary>
    public sealed record FootprintMeasured(InstanceId Instance, long Bytes) : SchedulerEvent;

    /// <summary>A granted request has sent its client something, so it cannot be put back any more.</summary>
    public sealed record FirstByteSent(long TicketId, InstanceId Instance) : SchedulerEvent;

    /// <summary>There is a new configuration. What is learned stays.</summary>
    public sealed record ConfigChanged(SchedulerOptions Options) : SchedulerEvent;

    /// <summary>Somebody wants the model out of memory, now or (without force) when what is in flight is done. Those who wait for it get a fresh run later.</summary>
    public sealed record UnloadAsked(ModelId Model, bool Force) : SchedulerEvent;

    /// <summary>Somebody wants the model pinned or not, whatever the configuration says.</summary>
    public sealed record PinAsked(ModelId Model, bool Pinned) : SchedulerEvent;

    /// <summary>Somebody wants the machine for himself: who waits is refused, what runs may finish, every instance is unloaded, and so it stays until <see cref="ResumeAsked"/>.</summary>
    public sealed record DrainAsked : SchedulerEvent;

    /// <summary>Takes <see cref="DrainAsked"/> back.</summary>
    public sealed record ResumeAsked : SchedulerEvent;

    /// <summary>Lockkeeper is closing: nothing new is admitted, what waits is refused, what runs may finish, then everything stops.</summary>
    public sealed record Closing : SchedulerEvent;

    /// <summary>The time the scheduler asked to be woken at has come.</summary>
    public sealed record Woken : SchedulerEvent;
}
