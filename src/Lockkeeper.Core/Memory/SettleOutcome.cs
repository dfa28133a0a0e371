namespace Lockkeeper.Core.Memory;

/// <summary>Why a wait for memory ended.</summary>
internal enum SettleOutcome
{
    /// <summary>What the dead instance held is back.</summary>
    Recovered,

    /// <summary>Available memory has stopped rising; something else uses the rest.</summary>
    Plateau,

    /// <summary>It was still changing when the time was over.</summary>
    TimedOut,

    /// <summary>Nobody can tell here how much was held, or could tell in time how much is available.</summary>
    Unreadable,

    /// <summary>It held too little to be told from the noise of the machine.</summary>
    NotNeeded,
}
