using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Engines;

/// <summary>How long each part of a run's coming and going took; null for what has not been, or never will be.</summary>
internal sealed record SwapPhases
{
    public static SwapPhases None { get; } = new();

    /// <summary>From the order to start until it was ready, or had failed.</summary>
    public TimeSpan? Load { get; init; }

    /// <summary>From the order to stop, or its death, until the last process was gone.</summary>
    public TimeSpan? Stop { get; init; }

    /// <summary>From there until its memory was back, or no longer waited for.</summary>
    public TimeSpan? Settle { get; init; }

    public SettleOutcome? SettleOutcome { get; init; }
}
