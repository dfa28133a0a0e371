using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What the scheduler must know besides what happens.</summary>
/// <param name="MaxQueue">Tickets that may wait at the same time, at least 1; one more is refused.</param>
/// <param name="MaxConcurrency">Requests that may run on one instance of the model at the same time, at least 1. Asked once a run.</param>
internal sealed record SchedulerOptions(int MaxQueue, Func<ModelId, int> MaxConcurrency);
