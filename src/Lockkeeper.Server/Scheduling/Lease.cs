using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Scheduling;

/// <summary>
/// The right to use one run of an engine. Dispose it when the engine has sent its last byte, or when the request is aborted and its connection closed; not earlier, or two requests
/// run where one may.
/// </summary>
internal sealed class Lease(AdmissionMailbox? mailbox, Ticket ticket, InstanceId instance, Upstream upstream, Recall? recall) : IAsyncDisposable
{
    private int _released;

    public InstanceId Instance { get; } = instance;

    public Upstream Upstream { get; } = upstream;

    /// <summary>The place it was granted for. Who is admitted with it again keeps the place in the queue.</summary>
    public Ticket Ticket { get; } = ticket;

    /// <summary>How the request may be called back; null when it may not.</summary>
    public Recall? Recall { get; } = recall;

    /// <summary>Is told when the right is given back; null for nobody. For those who do not get it from the scheduler, and have no mailbox.</summary>
    public Action? Released { private get; init; }

    /// <summary>Gives the right back. Any thread, any number of times: it counts once.</summary>
    public ValueTask DisposeAsync()
    {
        Release();
        return ValueTask.CompletedTask;
    }

    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            mailbox?.Post(new SchedulerEvent.Released(Ticket.Id, Instance));
            Released?.Invoke();
        }
    }
}
