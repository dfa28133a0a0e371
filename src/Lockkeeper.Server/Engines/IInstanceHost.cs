using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>Brings instances up and down. Returns at once; what happens is told to the <see cref="IInstanceObserver"/>.</summary>
internal interface IInstanceHost
{
    /// <summary>Why a start would certainly fail, looked up before anything is drained for it; null when nothing speaks against it, or a run of the model lives.</summary>
    InstanceFailure? WhyNotStart(ModelSpec model);

    /// <summary>Starts a run. Followed by <c>InstanceReady</c> or <c>StartFailed</c>, and in every case finally by <c>MemorySettled</c>.</summary>
    void Start(InstanceId instance, ModelSpec model);

    /// <summary>Stops a run in any state, then sees its memory back. Asking twice is harmless.</summary>
    /// <param name="instance">The run.</param>
    /// <param name="reason">Why: what is in flight on it is told, when it was not waited for.</param>
    void Stop(InstanceId instance, StopReason reason);

    /// <summary>Where a ready run answers; null once the run is over.</summary>
    Upstream? UpstreamOf(InstanceId instance);

    /// <summary>Looks whether the run is there, when there is reason to doubt it; one that is found dead ends.</summary>
    /// <returns>Why it has ended; null when it lives, or nothing can be told.</returns>
    Task<InstanceFailure?> ExamineAsync(InstanceId instance) => Task.FromResult<InstanceFailure?>(null);

    /// <summary>Why the run ended, if it has ended unasked; waits up to <paramref name="patience"/> for the news of a connection that just broke.</summary>
    Task<InstanceFailure?> FailureOfAsync(InstanceId instance, TimeSpan patience);
}
