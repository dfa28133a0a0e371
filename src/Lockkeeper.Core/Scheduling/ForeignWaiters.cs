namespace Lockkeeper.Core.Scheduling;

/// <summary>Those who wait for models that are not resident, as far as it matters for leaving one that is.</summary>
/// <param name="Count">How many.</param>
/// <param name="Best">Their best priority; null when there is nobody.</param>
/// <param name="EarliestDeadline">When the first of them is overdue; null when there is nobody.</param>
/// <param name="Waited">How long they have waited altogether since the latest residency began.</param>
internal readonly record struct ForeignWaiters(int Count, Priority? Best, TimeSpan? EarliestDeadline, TimeSpan Waited)
{
    public ForeignWaiters With(Line line, Decision decision)
    {
        var (best, deadline) = (Best, EarliestDeadline);
        for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
        {
            if (line.Oldest(priority) is { } oldest)
            {
                best = best < priority ? best : priority;
                deadline = Earlier(deadline, oldest.Deadline(decision.Options));
            }
        }

        return new ForeignWaiters(Count + line.Count, best, deadline, Waited + line.WaitedSinceResidency(decision.Now));
    }

    private static TimeSpan Earlier(TimeSpan? known, TimeSpan deadline) => known < deadline ? known.Value : deadline;
}
