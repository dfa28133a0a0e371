using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Memory;

/// <summary>Tells the scheduler what is free, whoever else uses the machine: every second while that matters to it, and when asked to.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<string>> _pools;
    private readonly IMemoryReader _memory;
    private readonly IInstanceObserver _observer;
    private readonly Func<bool> _isNeeded;
    private readonly ITimer _timer;
    private int _busy;

    /// <param name="pools">Names of the pools that live in this memory now.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="observer">Is told.</param>
    /// <param name="isNeeded">Whether anybody waits or is resident; asked every second, on any thread.</param>
    /// <param name="time">The clock.</param>
    public MemoryWatch(Func<IEnumerable<string>> pools, IMemoryReader memory, IInstanceObserver observer, Func<bool> isNeeded, TimeProvider time)
    {
        _pools = pools;
        _memory = memory;
        _observer = observer;
        _isNeeded = isNeeded;
        _timer = time.CreateTimer(_ => Look(), null, Every, Every);
    }

    /// <summary>Looks, and tells what it sees before it returns. Where memory cannot be read, or not just now, nothing is told.</summary>
    public void Observe()
    {
        if (Available() is not { } available)
        {
            return;
        }

        foreach (var pool in _pools())
        {
            _observer.Post(new SchedulerEvent.MemoryObserved(pool, available));
        }
    }

    /// <summary>When it returns, nothing more is told by the clock.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        // The timer does not wait for the last look to end.
        if (_isNeeded() && Interlocked.Exchange(ref _busy, 1) == 0)
        {
            try
            {
                Observe();
            }
            finally
            {
                Volatile.Write(ref _busy, 0);
            }
        }
    }

    private long? Available()
    {
        try
        {
            return _memory.Available();
        }
        catch (IOException)
        {
            return null; // not just now; the next second is near
        }
    }
}
