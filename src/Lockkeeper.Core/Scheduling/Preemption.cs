namespace Lockkeeper.Core.Scheduling;

/// <summary>Opt-in: what critical tickets wait for is taken from background requests that have sent their clients nothing; those come back with their old deadline.</summary>
internal static class Preemption
{
    public static void Apply(Pool pool, Decision decision)
    {
        if (!decision.Options.Preempt)
        {
            return;
        }

        foreach (var model in pool.Wanted)
        {
            var urgent = model.Line.CountOf(Priority.Critical);
            if (urgent == 0)
            {
                continue;
            }

            if (model.Instance is { Serves: true, HasFreeSlot: false } full)
            {
                Requeue(full, urgent - full.Requests.Count(request => request.IsRequeued), decision);
            }
            else if (pool.Plan is { } plan && plan.Target == model)
            {
                foreach (var victim in plan.Victims.Where(victim => victim.Serves))
                {
                    Requeue(victim, int.MaxValue, decision);
                }
            }
        }
    }

    private static void Requeue(Instance instance, int most, Decision decision)
    {
        // The youngest first: they lose least.
        foreach (var request in instance.Requests
            .Where(request => request is { HasSent: false, IsRequeued: false, Ticket.Priority: Priority.Background })
            .OrderByDescending(request => request.Ticket.Id).Take(Math.Max(0, most)).ToList())
        {
            request.IsRequeued = true;
            decision.Do(new SchedulerEffect.Requeue(request.Ticket.Id, instance.Id));
        }
    }
}
