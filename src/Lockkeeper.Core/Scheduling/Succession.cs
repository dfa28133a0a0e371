using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>Who becomes resident next, who has to go for that, and the way there: gates close, work in flight ends, memory comes back, the start.</summary>
internal sealed class Succession(Waiting waiting, FairShare shares)
{
    private long _lastRun;

    /// <summary>Drops a plan whose cause is gone, and changes one that somebody more urgent has come for.</summary>
    public void Review(Pool pool, Decision decision)
    {
        if (pool.Plan is not { } plan)
        {
            return;
        }

        if (plan.Target.Line.Count == 0 || plan.Target.Pool != pool || decision.AllMustGo is not null
            || plan.Victims.Any(victim => victim is { Serves: true, MustGo: false, Model.IsPinned: true }))
        {
            Replace(plan, pool, decision);
            return;
        }

        if (Urgency.NextModel(pool, decision, plan.Left) is { } rival && rival.Model != plan.Target && !plan.MustEvict && IsMoreUrgent(rival, plan, decision)
            && Eviction.VictimsFor(rival.Model, decision) is { } victims)
        {
            Reopen(plan.Victims.Except(victims));
            Close(victims, decision);
            pool.Plan = new SwapPlan(rival.Model, victims, rival.Interposed) { Left = plan.Left };
        }
    }

    /// <summary>Makes plans and follows them as far as the moment allows.</summary>
    public void Pursue(Pool pool, Decision decision)
    {
        while ((pool.Plan ?? MakePlan(pool, decision)) is { } plan)
        {
            if (!Follow(plan, decision))
            {
                return;
            }
        }
    }

    /// <summary>Makes room for a model whose start has just failed for want of memory. False when nobody can go, or that has been tried.</summary>
    public static bool TryAgainWithRoom(ScheduledModel model, Decision decision)
    {
        var idle = Eviction.Idle(model.Pool);
        if (model.HasRetriedForMemory || idle.Count == 0 || model.Line.Count == 0)
        {
            return false;
        }

        model.HasRetriedForMemory = true;
        Drop(model.Pool);
        Close(idle, decision);
        model.Pool.Plan = new SwapPlan(model, idle, Interposed: false) { MustEvict = true };
        return true;
    }

    public void Start(ScheduledModel model, Decision decision)
    {
        var instance = new Instance(new InstanceId(model.Id, ++_lastRun), model, model.Claim, decision.Now);
        model.Instance = instance;
        model.Pool.Instances.Add(instance);
        instance.Engine?.Instances.Add(instance);
        decision.Do(new SchedulerEffect.Start(instance.Id));
    }

    /// <summary>Everybody who waits for the model is told no.</summary>
    public void RefuseAll(ScheduledModel model, RouterError error, Decision decision)
    {
        foreach (var ticket in model.Line.All())
        {
            waiting.Remove(ticket.Ticket.Id);
            shares.Left(ticket.Ticket.Key);
            decision.Do(new SchedulerEffect.Refuse(ticket.Ticket.Id, error));
        }
    }

    public static void Stop(Instance instance, StopReason reason, Decision decision)
    {
        if (instance.Phase == InstancePhase.Starting)
        {
            instance.Model.StartIsOver(decision.Now);
        }

        instance.BeginStopping(decision.Now);
        decision.Do(new SchedulerEffect.Stop(instance.Id, reason));
    }

    /// <summary>Nobody is let in any more; when the last request in flight is done, it is stopped.</summary>
    public static void Drain(Instance instance, StopReason reason, Decision decision)
    {
        if (instance.Phase == InstancePhase.Starting)
        {
            Stop(instance, reason, decision);
            return;
        }

        if (instance.BeginDraining(decision.Now))
        {
            decision.Do(new SchedulerEffect.Drain(instance.Id));
        }

        if (instance.IsIdle)
        {
            Stop(instance, reason, decision);
        }
    }

    private static bool IsMoreUrgent(Choice rival, SwapPlan plan, Decision decision)
    {
        // The order of rule 2 puts the rival first already. It also looks at costs, though, and for those alone nobody is kept waiting who was promised to be next.
        var target = plan.Target.Line;
        return rival.Model.Line.Best < target.Best || (IsOverdue(rival.Model.Line, decision) && !IsOverdue(target, decision));
    }

    private static bool IsOverdue(Line line, Decision decision)
    {
        for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
        {
            if (line.Oldest(priority)?.Deadline(decision.Options) <= decision.Now)
            {
                return true;
            }
        }

        return false;
    }

    private static void Drop(Pool pool)
    {
        Reopen(pool.Plan?.Victims ?? []);
        pool.Plan = null;
    }

    private static void Reopen(IEnumerable<Instance> instances)
    {
        foreach (var instance in instances.Where(instance => instance.Serves))
        {
            instance.OpenGate();
            if (!instance.MustGo)
            {
                instance.GoOnServing();
            }
        }
    }

    private static void Close(IEnumerable<Instance> victims, Decision decision)
    {
        foreach (var victim in victims)
        {
            victim.CloseGate(Gate.Close(decision, SwapCost.Of(victim.Model)));
        }
    }

    /// <summary>
    /// Drops a plan. Whom the next one leaves too keeps the gate he has: opened and closed again, it would begin anew, and those who come and go could put off for ever whoever waits
    /// behind it.
    /// </summary>
    private void Replace(SwapPlan plan, Pool pool, Decision decision)
    {
        var gates = plan.Victims.Where(victim => victim.Serves).Select(victim => (victim, victim.Gate)).ToList();
        Drop(pool);
        var next = MakePlan(pool, decision);
        foreach (var (victim, gate) in gates)
        {
            if (gate is not null && next?.Victims.Contains(victim) == true)
            {
                victim.OpenGate();
                victim.CloseGate(gate);
            }
        }
    }

    private SwapPlan? MakePlan(Pool pool, Decision decision)
    {
        while (decision.AllMustGo is null && Urgency.NextModel(pool, decision) is { } next)
        {
            if (MemoryFit.WhyNever(next.Model) is { } figures)
            {
                RefuseAll(next.Model, new RouterError.InsufficientMemory(next.Model.Id, figures, RetryAfter(next.Model)), decision);
                continue;
            }

            if (Eviction.VictimsFor(next.Model, decision) is not { } victims)
            {
                return null; // not yet: who is resident has its turn, and the decision knows when to look again
            }

            Close(victims, decision);
            return pool.Plan = new SwapPlan(next.Model, victims, next.Interposed);
        }

        return null;
    }

    /// <summary>Memory that others hold may come back; what is pinned or configured will not by itself.</summary>
    private static TimeSpan? RetryAfter(ScheduledModel model) => MemoryFit.FitsWithoutOthers(model) ? TimeSpan.FromSeconds(30) : null;

    /// <returns>Whether the plan is done with, so that another can be made.</returns>
    private bool Follow(SwapPlan plan, Decision decision)
    {
        var pool = plan.Target.Pool;
        var isRoomMade = !plan.MustEvict || plan.Victims.All(victim => !pool.Instances.Contains(victim));
        if (isRoomMade && MemoryFit.HasRoom(plan.Target))
        {
            Drop(pool);
            pool.Interposed = plan.Interposed;
            Start(plan.Target, decision);
            return true;
        }

        foreach (var victim in plan.Victims.Where(victim => !victim.IsGoing))
        {
            Leave(victim, plan, decision);
        }

        if (plan.Victims.All(victim => !pool.Instances.Contains(victim)) && !pool.Instances.Any(instance => instance.IsGoing || instance.MustGo))
        {
            // Everybody is gone, and still there is no room: somebody else has taken it. Others may have to go too, or it is refused.
            pool.Plan = null;
            return true;
        }

        return false;
    }

    private static void Leave(Instance victim, SwapPlan plan, Decision decision)
    {
        if (victim.Phase == InstancePhase.Starting)
        {
            Stop(victim, StopReason.Unwanted, decision);
            return;
        }

        var foreign = victim.Pool.Foreign(decision).Best;
        if (AnybodyAdmitted(victim, foreign, decision))
        {
            victim.GoOnServing();
            decision.WakeAt(victim.Gate?.Until);
            return;
        }

        Drain(victim, StopReason.Swap, decision);
        if (victim.IsGoing)
        {
            plan.Left.Add(victim.Model);
        }
    }

    private static bool AnybodyAdmitted(Instance instance, Priority? bestForeign, Decision decision)
    {
        for (var priority = Priority.Critical; priority <= Priority.Background; priority++)
        {
            if (instance.Model.Line.Oldest(priority) is { } oldest && instance.Admits(oldest.Ticket, bestForeign, decision.Now))
            {
                return true;
            }
        }

        return false;
    }
}
