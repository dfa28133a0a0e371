namespace Lockkeeper.Server.Telemetry;

/// <summary>What a swap spends its time on.</summary>
internal enum SwapPhase
{
    /// <summary>From closing the door to the end of the last request in flight.</summary>
    Drain,

    /// <summary>From the order to stop to the end of the last process.</summary>
    Stop,

    /// <summary>From there until the memory is back.</summary>
    Settle,

    /// <summary>From the order to start until it answers.</summary>
    Load,
}
