using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>One run of an engine, whatever its life cycle: brought up and watched by <see cref="RunAsync"/>, which alone changes its state; others ask it to stop, or look.</summary>
internal interface IRun : IDisposable
{
    /// <summary>Where the engine answers, from ready until the run ends.</summary>
    Upstream? Upstream { get; }

    /// <summary>Completes when it is known that the run ends, and why.</summary>
    Task Ended { get; }

    /// <summary>Why it ended unasked; null while it has not.</summary>
    InstanceFailure? Failure { get; }

    /// <summary>What to tell requests that were in flight when the run was stopped without waiting for them; null when none had to be.</summary>
    InstanceFailure? Interruption { get; }

    RunSnapshot Snapshot();

    /// <summary>Asks the run to end, in whatever state it is. Returns at once.</summary>
    void Stop(StopReason reason);

    /// <summary>Looks whether it is there; one that is found dead ends.</summary>
    /// <returns>Why it has ended; null when it lives, or nothing can be told.</returns>
    Task<InstanceFailure?> ExamineAsync() => Task.FromResult(Failure);

    /// <summary>Lives the whole life of the run, and tells the observer of it.</summary>
    Task RunAsync();
}
