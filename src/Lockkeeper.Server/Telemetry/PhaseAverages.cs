namespace Lockkeeper.Server.Telemetry;

/// <summary>How long the phases of a model's swaps take, as moving averages. Null: not yet seen.</summary>
internal sealed record PhaseAverages(TimeSpan? Drain = null, TimeSpan? Stop = null, TimeSpan? Settle = null, TimeSpan? Load = null)
{
    public static PhaseAverages None { get; } = new();

    public PhaseAverages With(SwapPhase phase, TimeSpan took) => phase switch
    {
        SwapPhase.Drain => this with { Drain = MovingAverage.Of(Drain, took) },
        SwapPhase.Stop => this with { Stop = MovingAverage.Of(Stop, took) },
        SwapPhase.Settle => this with { Settle = MovingAverage.Of(Settle, took) },
        _ => this with { Load = MovingAverage.Of(Load, took) },
    };
}
