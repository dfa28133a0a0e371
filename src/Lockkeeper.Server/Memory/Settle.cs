using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>Waits until the memory of a dead run is back.</summary>
internal static class Settle
{
    /// <summary>Why the wait ended, and after how long.</summary>
    /// <param name="before">What the run held when it was last measured.</param>
    /// <param name="memory">Where to look.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait by an exception.</param>
    public static async Task<(SettleOutcome Outcome, TimeSpan Waited)> WaitAsync(
        HeldMemory.Mark? before, IMemoryReader memory, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var rule = new SettleRule(before?.Held, before?.Available, memory.Total(), timeout);
        while (true)
        {
            var waited = time.GetElapsedTime(start);
            if (rule.Observe(waited, memory.Available()) is { } outcome)
            {
                return (outcome, waited);
            }

            await Task.Delay(SettleRule.SampleEvery, time, cancellationToken);
        }
    }
}
