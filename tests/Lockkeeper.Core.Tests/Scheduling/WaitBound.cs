namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>P4 by another hand: how long a ticket may have waited at most, worked out from what was recorded and from nothing the scheduler says.</summary>
internal sealed class WaitBound
{
    public WaitBound(SchedulerWorld world, PlayedRequest request)
    {
        var (options, now) = (world.Options, world.Now);
        var cost = SwapCost(world.Runs, now);
        Turn = Max(TimeSpan.FromSeconds(1), Min(TimeSpan.FromMinutes(2), cost * options.TurnFactor));
        GateCap = Max(TimeSpan.FromSeconds(30), cost * options.GateCap);
        Longest = Most(world.Requests.Values.Where(other => other.GrantedAt is not null).Select(other => (other.Fate == Fate.Granted ? now : other.EndedAt!.Value) - other.GrantedAt!.Value));
        Settle = Most(world.Runs.Select(run => (run.SettledAt ?? now) - (run.StopAskedAt ?? run.GoneAt ?? now)));
        Load = Most(world.Runs.Select(run => (run.ReadyAt ?? run.StopAskedAt ?? run.GoneAt ?? now) - run.StartedAt));

        // One for each ticket that was there when this one fell due and that had an earlier deadline; what has one already is not asked again.
        var due = request.Deadline(options);
        Earlier = world.Requests.Values.Count(other => other != request && other.Since <= due && !((other.GrantedAt ?? other.EndedAt) <= due)
            && (other.Deadline(options), other.Ticket.Id).CompareTo((due, request.Ticket.Id)) < 0);

        // Better priorities alternate with those that are due: twice as many turns, if there are any.
        var isAlternating = world.Requests.Values.Any(other => other.Ticket.Priority < request.Ticket.Priority && other.Since < request.GrantedAt && !((other.GrantedAt ?? other.EndedAt) <= due));

        // A start that fails and a run that dies unasked cost a start and a settle each; the run may have had its turn until then.
        var broken = world.Runs.Count(run => run.GoneAt is not null && run.StopAskedAt is null && run.GoneAt >= request.Since && run.StartedAt <= request.GrantedAt);
        var unit = Turn + GateCap + Longest + Settle + Load;
        Total = options.MaxWait[request.Ticket.Priority] + (unit * (Earlier + 1) * (isAlternating ? 2 : 1)) + (unit * broken)
            + Load // what was starting when it fell due becomes ready first
            + (world.PoolOf(world.OptionsOf(request.Ticket.Model)!.Pool).Serialize ? Longest : TimeSpan.Zero); // what was let run while its own model was loaded ends first
    }

    public TimeSpan Total { get; }

    private TimeSpan Turn { get; }

    private TimeSpan GateCap { get; }

    private TimeSpan Longest { get; }

    private TimeSpan Settle { get; }

    private TimeSpan Load { get; }

    private int Earlier { get; }

    /// <summary>The most a swap can have been thought to cost: what was ever measured, or the guess for what was not.</summary>
    public static TimeSpan SwapCost(IReadOnlyCollection<PlayedRun> runs, TimeSpan now) =>
        Max(Most(runs.Select(run => (run.ReadyAt ?? run.GoneAt ?? now) - run.StartedAt)), TimeSpan.FromSeconds(10))
        + Max(Most(runs.Select(run => (run.SettledAt ?? now) - (run.StopAskedAt ?? run.GoneAt ?? now))), TimeSpan.FromSeconds(1));

    public override string ToString() => $"{Total} was promised: turn {Turn}, gate {GateCap}, longest {Longest}, settle {Settle}, load {Load}, {Earlier} due before it";

    private static TimeSpan Most(IEnumerable<TimeSpan> times) => times.Append(TimeSpan.Zero).Max();

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
