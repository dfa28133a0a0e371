using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;

namespace EngineHost;

/// <summary>Waits for the first instance to be ready.</summary>
internal sealed class ReadySignal : IInstanceObserver
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ready => _ready.Task;

    public void Post(SchedulerEvent happened)
    {
        if (happened is SchedulerEvent.InstanceReady)
        {
            _ready.TrySetResult();
        }
        else
        {
            _ready.TrySetException(new InvalidOperationException(happened.ToString()));
        }
    }
}
