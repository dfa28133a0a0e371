using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Api;

/// <summary>Where the health of the whole is read from, beside what the scheduler knows.</summary>
/// <param name="Memory">The memory of the processors.</param>
/// <param name="Pressure">The worst level of all pools.</param>
/// <param name="StateIsKept">Whether what is to outlive us can be written.</param>
/// <param name="Totals">How requests have ended.</param>
/// <param name="Time">The clock.</param>
internal sealed record Wellbeing(IMemoryReader Memory, Func<PressureLevel> Pressure, Func<bool> StateIsKept, RequestTotals Totals, TimeProvider Time)
{
    private readonly long _since = Time.GetTimestamp();

    public TimeSpan Uptime => Time.GetElapsedTime(_since);

    /// <summary>What is wrong, worst first; nothing when all is well.</summary>
    public IReadOnlyList<string> Troubles(Standing standing)
    {
        List<string> troubles = [.. standing.Scheduler.BackingOff.Select(model => $"'{model}' has failed again and again and is left alone for a while")];
        if (Pressure() == PressureLevel.Critical)
        {
            troubles.Add("memory pressure is critical");
        }

        if (!StateIsKept())
        {
            troubles.Add("the state folder cannot be written; the log says why");
        }

        return troubles;
    }
}
