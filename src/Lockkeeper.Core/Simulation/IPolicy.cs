using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>Who runs next, as somebody sees it. The words are those of <see cref="Scheduler"/>, so that every rule is told the same and can do the same.</summary>
internal interface IPolicy
{
    /// <summary>Takes note of what happened and appends what is to be done about it.</summary>
    /// <returns>When to send <see cref="SchedulerEvent.Woken"/>; null when nothing depends on time alone.</returns>
    TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects);
}
