using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Api;

/// <summary>Everything there is to show at one moment, from everybody who knows a part of it.</summary>
/// <param name="Scheduler">What the scheduler knows.</param>
/// <param name="Runs">What the engines know.</param>
/// <param name="Requests">The live requests by the number of their ticket.</param>
/// <param name="Learned">What was learned of each model.</param>
/// <param name="Now">The moment.</param>
internal sealed record Standing(
    SchedulerSnapshot Scheduler,
    IReadOnlyDictionary<InstanceId, RunSnapshot> Runs,
    IReadOnlyDictionary<long, JournalEntry> Requests,
    IReadOnlyDictionary<ModelId, LearnedModel> Learned,
    DateTimeOffset Now)
{
    /// <summary>A time on the scheduler's own scale as a time of day.</summary>
    public DateTimeOffset? TimeOf(TimeSpan? at) => at is { } since ? Now - (Scheduler.Now - since) : null;
}
