using System.Diagnostics;

namespace Lockkeeper.Core.Memory;

/// <summary>Outcomes as they are written in logs and metrics.</summary>
internal static class SettleOutcomeName
{
    /// <summary>One word, or two with an underscore: a stable name for machines.</summary>
    public static string Of(SettleOutcome outcome) => outcome switch
    {
        SettleOutcome.Recovered => "recovered",
        SettleOutcome.Plateau => "plateau",
        SettleOutcome.TimedOut => "timeout",
        SettleOutcome.Unreadable => "unreadable",
        SettleOutcome.NotNeeded => "not_needed",
        _ => throw new UnreachableException(),
    };
}
