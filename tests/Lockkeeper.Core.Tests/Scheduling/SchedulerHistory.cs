using FsCheck;
using FsCheck.Fluent;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>What is tried in one step of a history. A step that makes no sense at that moment is skipped, so every part of a history is a history too: that is what makes shrinking work.</summary>
internal enum StepKind
{
    Arrive,
    Cancel,

    /// <summary>A request has had its last byte; one that was asked to come back does, or was too late.</summary>
    Release,
    FirstByte,

    /// <summary>An engine does what it was asked to: gets ready, goes, gives its memory back.</summary>
    Progress,
    FailStart,
    FailForMemory,
    Crash,

    /// <summary>Something that was true once is told again, or too late.</summary>
    Stale,

    /// <summary>Other programs of the machine take memory, or give it back.</summary>
    TakeMemory,
    Observe,
    Configure,
    Unload,
    UnloadNow,
    Pin,
    Drain,
    Resume,

    /// <summary>The scheduler is woken although nothing is due.</summary>
    WakeEarly,
    Close,
}

/// <param name="Kind">What is tried.</param>
/// <param name="Pick">Which of those it could happen to.</param>
/// <param name="Ms">How long after the step before.</param>
internal sealed record Step(StepKind Kind, int Pick, int Ms)
{
    public override string ToString() => $"+{Ms} {Kind} {Pick}";
}

/// <param name="Setup">The machine it is played on: pools, models and limits.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record SchedulerHistory(SchedulerSetup Setup, Step[] Steps)
{
    public static readonly Arbitrary<SchedulerHistory> Any = Arb.From(Histories(wild: 1), Smaller);

    /// <summary>Nobody interferes by hand and nothing is configured anew: what a bound on waiting can be promised for.</summary>
    public static readonly Arbitrary<SchedulerHistory> Undisturbed = Arb.From(Histories(wild: 0), Smaller);

    public override string ToString() => $"{Setup}: {string.Join(", ", Steps)}";

    private static Gen<SchedulerHistory> Histories(int wild)
    {
        var step = Gen.Frequency(
            (60, Of(StepKind.Arrive)),
            (10, Of(StepKind.Cancel)),
            (44, Of(StepKind.Release)),
            (8, Of(StepKind.FirstByte)),
            (50, Of(StepKind.Progress)),
            (3, Of(StepKind.FailStart)),
            (4 * wild, Of(StepKind.FailForMemory)),
            (5, Of(StepKind.Crash)),
            (20, Of(StepKind.Stale)),
            (6 * wild, Of(StepKind.TakeMemory)),
            (10, Of(StepKind.Observe)),
            (4 * wild, Of(StepKind.Configure)),
            (2 * wild, Of(StepKind.Unload)),
            (1 * wild, Of(StepKind.UnloadNow)),
            (3 * wild, Of(StepKind.Pin)),
            (1 * wild, Of(StepKind.Drain)),
            (2 * wild, Of(StepKind.Resume)),
            (8, Of(StepKind.WakeEarly)));
        return from setup in Gen.Choose(0, SchedulerSetup.Variety - 1)
               from steps in step.ArrayOf()
               from closes in Gen.Choose(0, 400)
               select new SchedulerHistory(
                   new SchedulerSetup(setup),
                   closes < steps.Length * wild ? [.. steps[..closes], new Step(StepKind.Close, 0, 0), .. steps[closes..]] : steps);
    }

    /// <summary>Mostly a second or so passes; now and then enough for a turn, a gate or a priority's patience to be over.</summary>
    private static Gen<Step> Of(StepKind kind) =>
        from pick in Gen.Choose(0, 1_000)
        from ms in Gen.Frequency(
            (6, Gen.Constant(0)),
            (12, Gen.Choose(1, 2_000)),
            (3, Gen.Choose(2_000, 40_000)),
            (1, Gen.Choose(40_000, 400_000)))
        select new Step(kind, pick, ms);

    /// <summary>Halves first, then each step left out, then each without its pause, then a plainer machine: small enough histories for a person to read.</summary>
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

        for (var at = 0; at < steps.Length; at++)
        {
            if (steps[at].Ms > 0)
            {
                yield return history with { Steps = [.. steps[..at], steps[at] with { Ms = 0 }, .. steps[(at + 1)..]] };
            }
        }

        foreach (var plainer in history.Setup.Plainer)
        {
            yield return history with { Setup = plainer };
        }
    }
}
