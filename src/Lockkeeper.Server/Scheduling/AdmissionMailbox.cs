using System.Collections.Concurrent;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Scheduling;

/// <summary>
/// The mailbox of the admission loop, and what makes it one loop: letters are handled one after another in the order they were posted, never two at once and never one inside
/// another. There is no thread that waits for letters: whoever posts one and finds the loop idle, runs it. So a request for an idle resident model is granted on its own thread,
/// without the two thread changes a waiting reader would cost.
/// </summary>
/// <remarks>
/// Why this is a loop: <c>_pending</c> counts letters posted and not yet handled. Who raises it from 0 to 1 owns the loop; everybody else only leaves a letter, also the loop
/// itself when handling one letter posts another. The owner handles one letter for each count it takes away and owns the loop until it has taken the last. A letter is
/// in the queue before it is counted, so the owner always finds as many as it has counted, and the interlocked operations carry what one owner wrote to the next.
/// </remarks>
internal sealed class AdmissionMailbox : IInstanceObserver, IThreadPoolWorkItem
{
    /// <summary>Letters a poster handles before it hands the loop to the thread pool: under load a request must not work for all others for ever.</summary>
    internal const int Burst = 32;

    private readonly ConcurrentQueue<AdmissionMessage> _letters = new();
    private Action<AdmissionMessage>? _handle;

    /// <summary>One more than there are letters until the mailbox is opened, so that nobody finds the loop idle before somebody can run it.</summary>
    private int _pending = 1;

    /// <summary>Starts the loop; what was posted earlier is handled first.</summary>
    /// <param name="handle">Called for one letter at a time, on any thread. Must not throw: the loop would stand still.</param>
    public void Open(Action<AdmissionMessage> handle)
    {
        if (Interlocked.CompareExchange(ref _handle, handle, null) is not null)
        {
            throw new InvalidOperationException("The mailbox has an owner already.");
        }

        if (Interlocked.Decrement(ref _pending) > 0)
        {
            Run();
        }
    }

    public void Post(SchedulerEvent happened) => Post(new AdmissionMessage.Happened(happened));

    public void Post(AdmissionMessage letter)
    {
        _letters.Enqueue(letter);
        if (Interlocked.Increment(ref _pending) == 1)
        {
            Run();
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        for (var handled = 0; handled < Burst; handled++)
        {
            _letters.TryDequeue(out var letter);
            _handle!(letter!);
            if (Interlocked.Decrement(ref _pending) == 0)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
