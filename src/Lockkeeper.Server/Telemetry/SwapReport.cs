using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Telemetry;

/// <summary>A swap that is over, from the first thing done for it to the last.</summary>
/// <param name="From">The model that was left for it; null when there was room.</param>
/// <param name="To">The model that was started.</param>
/// <param name="Took">From closing the door of the one to the readiness (or the failure) of the other.</param>
/// <param name="Ok">Whether the other is ready.</param>
/// <param name="At">When it was over.</param>
internal sealed record SwapReport(ModelId? From, ModelId To, TimeSpan Took, bool Ok, DateTimeOffset At);
