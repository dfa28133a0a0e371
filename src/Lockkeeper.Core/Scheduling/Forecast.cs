using System.Collections.Immutable;

namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// In which order those who wait now would be served if nobody came or left any more, and after how long, by what has been learned. For showing: turns and patience that are still to
/// come are left out, and the scheduler decides step by step.
/// </summary>
internal static class Forecast
{
    public static ImmutableArray<WaitingReport> Of(IEnumerable<Pool> pools, SchedulerOptions options, TimeSpan now) =>
        [.. pools.SelectMany(pool => OfPool(pool, options, now)).OrderBy(report => report.Eta ?? TimeSpan.MaxValue)];

    private static List<WaitingReport> OfPool(Pool pool, SchedulerOptions options, TimeSpan now)
    {
        var decision = new Decision(options);
        decision.Begin(now, []);
        var bestForeign = pool.Foreign(decision).Best;
        var reports = new List<WaitingReport>();
        var late = new HashSet<ScheduledModel>();

        // Those whom the residents still serve: each by itself, beside the others.
        TimeSpan? free = TimeSpan.Zero;
        foreach (var model in pool.Wanted.Where(model => !model.NeedsStart))
        {
            var isLoading = model.Instance!.Phase == InstancePhase.Starting;
            TimeSpan? from = isLoading ? Positive(model.Figures.Load - (now - model.Instance.StartedAt)) : TimeSpan.Zero;
            var served = model.Line.All().Where(ticket => isLoading || model.Instance.Admits(ticket.Ticket, bestForeign, now)).ToList();
            var end = Add(reports, model, served, from, isBusy: !isLoading, options);
            free = Later(free, end);
            if (served.Count < model.Line.Count)
            {
                late.Add(model);
            }
        }

        // Then one model after another.
        var waited = new HashSet<ScheduledModel>();
        while (Urgency.NextModel(pool, decision, waited) is { } next)
        {
            waited.Add(next.Model);
            free = Add(reports, next.Model, next.Model.Line.All(), free + Swap(next.Model), isBusy: false, options);
        }

        foreach (var model in late)
        {
            var rest = model.Line.All().Where(ticket => !model.Instance!.Admits(ticket.Ticket, bestForeign, now));
            free = Add(reports, model, [.. rest], free + Swap(model), isBusy: false, options);
        }

        return reports;
    }

    /// <returns>When the last of them is done; null when that is not known.</returns>
    private static TimeSpan? Add(List<WaitingReport> reports, ScheduledModel model, IReadOnlyList<WaitingTicket> tickets, TimeSpan? from, bool isBusy, SchedulerOptions options)
    {
        var slots = model.Options.MaxConcurrency;
        var service = model.Figures.Service;
        for (var place = 0; place < tickets.Count; place++)
        {
            var rounds = (place / slots) + (isBusy ? 1 : 0);
            var eta = rounds == 0 ? from : from + (service * rounds);
            reports.Add(new WaitingReport(tickets[place].Ticket, tickets[place].Since, tickets[place].Deadline(options), eta, model.Pool.Options.Name));
        }

        return from + (service * ((tickets.Count + slots - 1) / slots));
    }

    private static TimeSpan? Swap(ScheduledModel model) => model.Figures.Load + (model.Figures.Free ?? TimeSpan.Zero);

    private static TimeSpan? Positive(TimeSpan? time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private static TimeSpan? Later(TimeSpan? one, TimeSpan? other) => one is null || other is null ? null : one > other ? one : other;
}
