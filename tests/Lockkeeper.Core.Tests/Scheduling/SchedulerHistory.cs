using FsCheck;
using FsCheck.Fluent;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What is tried in one step of a history. A step that makes no sense at that moment is skipped, so every part of a history is a history too: that is what makes shrinking work.</summary>
internal enum StepKind
{
    Arrive,
    Cancel,
    Release,

    /// <summary>The engine does what it was asked to: gets ready, goes, gives its memory back.</summary>
    Progress,
    FailStart,
    Crash,

    /// <summary>Something that was true once is told again, or too late.</summary>
    Stale,
    Close,
}

/// <param name="Kind">What is tried.</param>
/// <param name="Pick">Which of those it could happen to.</param>
internal sealed record Step(StepKind Kind, int Pick)
{
    public override string ToString() => $"{Kind} {Pick}";
}

/// <param name="MaxQueue">Places in the queue.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record SchedulerHistory(int MaxQueue, Step[] Steps)
{
    public static readonly Arbitrary<SchedulerHistory> Any = Arb.From(Histories(), Smaller);

    public override string ToString() => $"MaxQueue {MaxQueue}: {string.Join(", ", Steps)}";

    private static Gen<SchedulerHistory> Histories()
    {
        var pick = Gen.Choose(0, 1_000);
        var step = Gen.Frequency(
            (30, pick.Select(n => new Step(StepKind.Arrive, n))),
            (6, pick.Select(n => new Step(StepKind.Cancel, n))),
            (22, pick.Select(n => new Step(StepKind.Release, n))),
            (26, pick.Select(n => new Step(StepKind.Progress, n))),
            (2, pick.Select(n => new Step(StepKind.FailStart, n))),
            (3, pick.Select(n => new Step(StepKind.Crash, n))),
            (10, pick.Select(n => new Step(StepKind.Stale, n))));
        var close = from at in Gen.Choose(0, 400) select at;
        return from queue in Gen.Choose(1, 12)
               from steps in step.ArrayOf()
               from closes in close
               select new SchedulerHistory(queue, closes < steps.Length ? [.. steps[..closes], new Step(StepKind.Close, 0), .. steps[closes..]] : steps);
    }

    /// <summary>Halves first, then each step left out: small enough histories for a person to read.</summary>
    private static IEnumerable<SchedulerHistory> Smaller(SchedulerHistory history)
    {
        var steps = history.Steps;
        for (var size = steps.Length / 2; size >= 1; size /= 2)
        {
            for (var at = 0; at + size <= steps.Length; at += size)
            {
                yield return history with { Steps = [.. steps[..at], .. steps[(at + size)..]] };
            }
        }
    }
}
