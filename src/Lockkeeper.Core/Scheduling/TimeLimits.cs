using System.Globalization;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What ends by the clock alone: waiting too long, draining too long, being idle too long.</summary>
internal static class TimeLimits
{
    /// <summary>A ticket that has waited longer than its priority may; null when there is none, and then the decision knows when to look again.</summary>
    public static (WaitingTicket Ticket, RouterError Error)? Expired(Pool pool, Decision decision)
    {
        foreach (var model in pool.Wanted)
        {
            // While its own model starts the limit stands still: start_timeout ends that wait.
            var isStarting = model.Instance is { Phase: InstancePhase.Starting };
            var startsSeen = model.StartsSeen(decision.Now);
            for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
            {
                if (decision.Options.QueueTimeout[priority] is not { } limit || model.Line.Oldest(priority) is not { } oldest)
                {
                    continue;
                }

                var due = oldest.Since + limit + (startsSeen - oldest.StartsSeen);
                if (due <= decision.Now && !isStarting)
                {
                    return (oldest, new RouterError.QueueTimeout(model.Id, decision.Now - oldest.Since, Standing(pool, model)));
                }
                else if (!isStarting)
                {
                    decision.WakeAt(due);
                }
            }
        }

        return null;
    }

    /// <summary>Stops what nobody has used for its <c>idle_timeout</c>, or for as long as its last client wanted it kept, and kills what has drained for longer than <c>drain_timeout</c>.</summary>
    public static void Apply(Instance instance, Decision decision)
    {
        if (instance is { Serves: true, IdleSince: { } since } && !instance.Model.IsPinned && instance.Model.Line.Count == 0 && instance.IdleTimeout is { } idle)
        {
            StopWhen(instance, since + idle, StopReason.Idle, decision);
        }

        if (instance.Phase == InstancePhase.Draining && instance.Pool.Options.DrainTimeout is { } drain)
        {
            StopWhen(instance, instance.DrainingSince + drain, StopReason.DrainTimeout, decision);
        }
    }

    private static void StopWhen(Instance instance, TimeSpan due, StopReason reason, Decision decision)
    {
        if (decision.Now >= due)
        {
            Succession.Stop(instance, reason, decision);
        }

        decision.WakeAt(due);
    }

    private static string Standing(Pool pool, ScheduledModel model)
    {
        var others = pool.Instances.Where(instance => instance.Model != model).Select(instance => $"'{instance.Id.Model}' is {Verb(instance)}").ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{pool.WaitingCount} wait in pool '{pool.Options.Name}'{(others.Count == 0 ? "" : ", " + string.Join(", ", others))}");
    }

    private static string Verb(Instance instance) => instance.Phase switch
    {
        InstancePhase.Starting => "starting",
        InstancePhase.Ready => string.Create(CultureInfo.InvariantCulture, $"serving {instance.Running}"),
        InstancePhase.Draining => string.Create(CultureInfo.InvariantCulture, $"draining {instance.Running}"),
        InstancePhase.Stopping => "stopping",
        _ => "giving its memory back",
    };
}
