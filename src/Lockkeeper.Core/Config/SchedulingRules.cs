using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>What the times of the queue must say to each other.</summary>
internal static class SchedulingRules
{
    public static void Check(SchedulingConfig scheduling, ConfigFindings findings)
    {
        foreach (var priority in Enum.GetValues<Priority>())
        {
            var wait = scheduling.MaxWaitOf(priority);
            if (scheduling.QueueTimeoutOf(priority) is { } timeout && wait > timeout)
            {
                findings.Add(ConfigKey.Top("scheduling") / "max_wait" / PriorityName.Of(priority),
                    $"is {HumanDuration.Format(wait)}, but such a request is refused after {HumanDuration.Format(timeout)} (queue_timeout), before it could be overdue; raise queue_timeout, or write off for it");
                return; // one value may stand for all priorities: once is enough
            }
        }
    }
}
