using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Learned;

/// <summary>Everything that was learned of one model by watching it, as it is kept across restarts.</summary>
internal sealed record LearnedModel
{
    /// <summary>What the scheduler decides by.</summary>
    public ModelFigures Figures { get; init; } = ModelFigures.None;

    /// <summary>Bytes that came back when its latest run ended.</summary>
    public long? Held { get; init; }

    public ModelSpeed Speed { get; init; } = ModelSpeed.None;

    public PhaseAverages Phases { get; init; } = PhaseAverages.None;
}
