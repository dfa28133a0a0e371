using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Who runs next, and for whom an engine is started or stopped. A state machine: events in, effects out; it never waits, logs or reads a clock, so the same history always
/// leads to the same decisions. One exclusive pool: at most one instance that is not settled yet. The rule is told in docs/scheduling.md.
/// </summary>
/// <remarks>Not thread-safe: one loop owns it.</remarks>
internal sealed class Scheduler
{
    /// <summary>A ticket that has seen so many runs of its model die is told so; without a limit an engine that dies of its work would be loaded for it for ever.</summary>
    private const int CrashesAWaiterSurvives = 2;

    private static readonly TimeSpan LeastRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromMinutes(1);

    private readonly SchedulerOptions _options;
    private readonly Waiting _waiting = new();
    private Instance? _instance;
    private long _lastRun;
    private long _lastArrived;
    private bool _closing;

    public Scheduler(SchedulerOptions options)
    {
        // A model that is not resident is started for a ticket that waits: with no place to wait in, nothing would ever start.
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxQueue, 1);
        _options = options;
    }

    /// <summary>How many tickets wait.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Every instance that is not settled yet, for showing.</summary>
    public ImmutableArray<InstanceReport> Instances => _instance is null ? [] : [_instance.Report];

    /// <summary>Whether every run is settled, so that no engine and no memory of one is left.</summary>
    public bool IsSettled => _instance is null;

    /// <summary>How things stand.</summary>
    public SchedulerSnapshot Look(TimeSpan now) => new(
        now,
        Instances,
        [.. ServiceOrder.Of(_waiting, _instance).Select(ticket => new WaitingReport(ticket, ticket.Since ?? now, (ticket.Since ?? now) + _options.MaxWait[ticket.Priority], Eta: null))],
        [.. _options.Pools.Select(pool => new PoolReport(pool.Name, pool.Policy, pool.Capacity, Claimed: 0, Available: null, Next: null))],
        _options.Figures);

    /// <summary>Those who wait, in the order in which they would be served if nobody came or left any more.</summary>
    public ImmutableArray<Ticket> InOrderOfService() => ServiceOrder.Of(_waiting, _instance);

    /// <summary>Takes note of what happened and appends what is to be done about it.</summary>
    /// <param name="happened">News of a run that is over, of a ticket that is gone, or told twice, changes nothing.</param>
    /// <param name="now">Time since start; never goes back.</param>
    /// <param name="effects">To be performed in this order.</param>
    /// <returns>When to send <see cref="SchedulerEvent.Woken"/>; null when nothing depends on time alone. Always null under today's rule; a bound on waiting will need it.</returns>
    public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects)
    {
        switch (happened)
        {
            case SchedulerEvent.Arrived(var ticket):
                Arrive(ticket, now, effects);
                break;
            case SchedulerEvent.Cancelled(var ticketId):
                _waiting.Remove(ticketId);
                break;
            case SchedulerEvent.Released(var ticketId, var id) when Unsettled(id) is { } instance:
                instance.Release(ticketId);
                break;
            case SchedulerEvent.InstanceReady(var id) when Unsettled(id) is { Phase: InstancePhase.Starting } instance:
                instance.BecomeReady(_lastArrived);
                break;
            case SchedulerEvent.StartFailed(var id, var failure) when Unsettled(id) is { Phase: InstancePhase.Starting } instance:
                instance.BeginSettling();
                RefuseAll(_waiting.For(id.Model), new RouterError.StartFailed(id.Model, failure), effects);
                break;
            case SchedulerEvent.StartFailed(var id, var failure) when Unsettled(id) is { } instance:
                End(instance, failure, effects);
                break;
            case SchedulerEvent.InstanceGone(var id, var failure) when Unsettled(id) is { } instance:
                End(instance, failure, effects);
                break;
            case SchedulerEvent.MemorySettled(var id) when Unsettled(id) is { } instance:
                End(instance, failure: null, effects);
                _instance = null;
                break;
            case SchedulerEvent.Closing:
                _closing = true;
                RefuseAll(_waiting.All(), new RouterError.ShuttingDown(), effects);
                break;
            case SchedulerEvent.Released or SchedulerEvent.InstanceReady or SchedulerEvent.StartFailed or SchedulerEvent.InstanceGone or SchedulerEvent.MemorySettled:
                return null; // late news of a run that is over
            default:
                break;
        }

        Advance(effects);
        return null;
    }

    private Instance? Unsettled(InstanceId id) => _instance is { } instance && instance.Id == id ? instance : null;

    private void Arrive(Ticket ticket, TimeSpan now, List<SchedulerEffect> effects)
    {
        _lastArrived = Math.Max(_lastArrived, ticket.Id);
        if (_closing)
        {
            effects.Add(new SchedulerEffect.Refuse(ticket.Id, new RouterError.ShuttingDown()));
        }
        else if (CanRunNow(ticket))
        {
            Grant(ticket, _instance!, effects);
        }
        else if (_waiting.Count >= _options.MaxQueue)
        {
            effects.Add(new SchedulerEffect.Refuse(ticket.Id, new RouterError.QueueFull(_waiting.Count, RetryAfter(now))));
        }
        else
        {
            _waiting.Add(ticket, now);
        }
    }

    /// <summary>
    /// Whether a newcomer may run without waiting. Nobody is overtaken: a better ticket of the same model that the gate admits would have taken the free slot already.
    /// </summary>
    private bool CanRunNow(Ticket ticket) =>
        _instance is { Phase: InstancePhase.Ready or InstancePhase.Draining, HasFreeSlot: true } instance && instance.Id.Model == ticket.Model && GateOf(instance).Admits(ticket);

    /// <summary>
    /// The mean age of those who wait: in a queue that moves steadily, half of it has been served after that time. Known without guessing at how long an answer takes;
    /// bounded, because a queue that has just filled up has no age yet, and one stuck behind a long answer says nothing about the next minute.
    /// </summary>
    private TimeSpan RetryAfter(TimeSpan now)
    {
        var age = _waiting.MeanAge(now);
        return age < LeastRetryAfter ? LeastRetryAfter : age > MostRetryAfter ? MostRetryAfter : age;
    }

    /// <summary>The run is over. If nobody had asked for that, those who wait for its model have one more crash behind them; they get a fresh run, but not for ever.</summary>
    private void End(Instance instance, InstanceFailure? failure, List<SchedulerEffect> effects)
    {
        if (instance.Phase is InstancePhase.Starting or InstancePhase.Ready or InstancePhase.Draining)
        {
            var waiting = _waiting.For(instance.Id.Model);
            foreach (var ticket in waiting)
            {
                ticket.Crashes++;
            }

            failure ??= InstanceFailure.Of("it ended without being asked to");
            RefuseAll(waiting.Where(ticket => ticket.Crashes > CrashesAWaiterSurvives), new RouterError.EngineFailed(instance.Id.Model, failure), effects);
        }

        instance.BeginSettling();
    }

    private void RefuseAll(IEnumerable<WaitingTicket> tickets, RouterError error, List<SchedulerEffect> effects)
    {
        foreach (var waiting in tickets)
        {
            _waiting.Remove(waiting.Ticket.Id);
            effects.Add(new SchedulerEffect.Refuse(waiting.Ticket.Id, error));
        }
    }

    /// <summary>Does what the situation now allows. Doing it twice does nothing more.</summary>
    private void Advance(List<SchedulerEffect> effects)
    {
        switch (_instance)
        {
            case null when _waiting.First() is { } next:
                Start(next.Model, effects);
                break;
            case { Phase: InstancePhase.Starting } instance when MustLeave(instance):
                Stop(instance, effects);
                break;
            case { Phase: InstancePhase.Ready or InstancePhase.Draining } instance:
                Serve(instance, effects);
                break;
        }
    }

    private void Start(ModelId model, List<SchedulerEffect> effects)
    {
        _instance = new Instance(new InstanceId(model, ++_lastRun), _options.Models.First(known => known.Id == model).MaxConcurrency);
        effects.Add(new SchedulerEffect.Start(_instance.Id));
    }

    private void Serve(Instance instance, List<SchedulerEffect> effects)
    {
        var gate = GateOf(instance);
        while (instance.HasFreeSlot && _waiting.FirstOf(instance.Id.Model) is { } first && gate.Admits(first))
        {
            _waiting.Remove(first.Id);
            Grant(first, instance, effects);
        }

        if (!MustLeave(instance))
        {
            instance.GoOnServing();
            return;
        }

        if (instance.BeginDraining())
        {
            effects.Add(new SchedulerEffect.Drain(instance.Id));
        }

        if (instance.IsIdle)
        {
            Stop(instance, effects);
        }
    }

    /// <summary>Others wait, and nobody whom the gate would admit: the instance (or its start) is of no use to those who wait.</summary>
    private bool MustLeave(Instance instance) =>
        _closing
        || (_waiting.FirstOfOthers(instance.Id.Model) is { } foreign
            && !(_waiting.FirstOf(instance.Id.Model) is { } first && new Gate(foreign, instance.ArrivedBeforeReady).Admits(first)));

    private Gate GateOf(Instance instance) => new(_waiting.FirstOfOthers(instance.Id.Model), instance.ArrivedBeforeReady);

    private static void Grant(Ticket ticket, Instance instance, List<SchedulerEffect> effects)
    {
        instance.Occupy(ticket.Id);
        effects.Add(new SchedulerEffect.Grant(ticket.Id, instance.Id));
    }

    private static void Stop(Instance instance, List<SchedulerEffect> effects)
    {
        instance.BeginStopping();
        effects.Add(new SchedulerEffect.Stop(instance.Id, StopReason.Swap));
    }
}
