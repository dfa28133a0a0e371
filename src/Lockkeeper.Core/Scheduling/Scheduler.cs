using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>
/// Who runs next, and for whom an engine is started or stopped. A state machine: events in, effects out; it never waits, logs or reads a clock, so the same history always
/// leads to the same decisions. The rule, and the bound on waiting it keeps, are told in docs/scheduling.md.
/// </summary>
/// <remarks>Not thread-safe: one loop owns it.</remarks>
internal sealed class Scheduler
{
    /// <summary>A ticket that has seen so many runs of its model die is told so; without a limit an engine that dies of its work would be loaded for it for ever.</summary>
    private const int CrashesAWaiterSurvives = 2;

    private static readonly TimeSpan LeastRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromMinutes(1);

    private readonly Waiting _waiting = new();
    private readonly FairShare _shares = new();
    private readonly Fleet _fleet;
    private readonly Serving _serving;
    private readonly Succession _succession;
    private readonly Decision _decision;
    private bool _drained;

    public Scheduler(SchedulerOptions options)
    {
        _decision = new Decision(options);
        _serving = new Serving(_waiting, _shares);
        _succession = new Succession(_waiting, _shares);
        _fleet = new Fleet(_succession);
        Configure(options);
    }

    /// <summary>How many tickets wait.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Every instance that is not settled yet, for showing.</summary>
    public ImmutableArray<InstanceReport> Instances => [.. _fleet.Instances.Select(instance => instance.Report)];

    /// <summary>Whether every run is settled, so that no engine and no memory of one is left.</summary>
    public bool IsSettled => !_fleet.Instances.Any();

    /// <summary>How things stand.</summary>
    public SchedulerSnapshot Look(TimeSpan now) => new(
        now,
        Instances,
        Forecast.Of(_fleet.Pools, _decision.Options, now),
        [.. _fleet.Pools.Select(pool => pool.Report)],
        _fleet.Models.ToFrozenDictionary(model => model.Id, model => model.Figures))
    {
        Drained = _drained,
        BackingOff = [.. _fleet.Models.Where(model => model.BackOff.Evidence(now) is not null).Select(model => model.Id)],
    };

    /// <summary>Takes note of what happened and appends what is to be done about it.</summary>
    /// <param name="happened">News of a run that is over, of a ticket that is gone, or told twice, changes nothing.</param>
    /// <param name="now">Time since start; never goes back.</param>
    /// <param name="effects">To be performed in this order.</param>
    /// <returns>When to send <see cref="SchedulerEvent.Woken"/>, which may be sent earlier too; null when nothing depends on time alone.</returns>
    public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects)
    {
        _decision.Begin(now, effects);
        Take(happened);
        _fleet.WatchAttached(_decision);
        AdvanceAll();
        return _decision.Wake;
    }

    private void Take(SchedulerEvent happened)
    {
        switch (happened)
        {
            case SchedulerEvent.Arrived(var ticket):
                Arrive(ticket);
                break;
            case SchedulerEvent.Cancelled(var ticketId):
                Forget(ticketId);
                break;
            case SchedulerEvent.Released(var ticketId, var id):
                Release(ticketId, id);
                break;
            case SchedulerEvent.FirstByteSent(var ticketId, var id) when _fleet.Unsettled(id)?.Find(ticketId) is { } request:
                request.HasSent = true;
                break;
            case SchedulerEvent.InstanceReady(var id) when _fleet.Unsettled(id) is { Phase: InstancePhase.Starting } instance:
                BecomeReady(instance);
                break;
            case SchedulerEvent.StartFailed(var id, var failure) when _fleet.Unsettled(id) is { } instance:
                FailStart(instance, failure);
                break;
            case SchedulerEvent.InstanceGone(var id, var failure) when _fleet.Unsettled(id) is { } instance:
                End(instance, failure);
                break;
            case SchedulerEvent.MemorySettled(var id) when _fleet.Unsettled(id) is { } instance:
                End(instance, failure: null);
                Settle(instance);
                break;
            case SchedulerEvent.MemoryObserved(var pool, var available) when _fleet.Find(pool) is { } observed:
                observed.Available = available;
                break;
            case SchedulerEvent.FootprintMeasured(var id, var bytes) when _fleet.Unsettled(id) is { } instance:
                instance.Measured(bytes);
                break;
            case SchedulerEvent.ConfigChanged(var options):
                Configure(options);
                break;
            default:
                Wish(happened);
                break;
        }
    }

    /// <summary>What people want. Anything else is late news of a run that is over, or only the time.</summary>
    private void Wish(SchedulerEvent happened)
    {
        switch (happened)
        {
            case SchedulerEvent.UnloadAsked(var id, var force) when _fleet.Find(id)?.Instance is { IsGoing: false, Model.Options.Attached: false } instance:
                instance.MustGo = true;
                if (force)
                {
                    Succession.Stop(instance, StopReason.ForcedUnload, _decision);
                }

                break;
            case SchedulerEvent.PinAsked(var id, var pinned) when _fleet.Find(id) is { } model:
                model.PinnedByHand = pinned;
                break;
            case SchedulerEvent.DrainAsked:
                _drained = true;
                _decision.AllMustGo ??= StopReason.Unload;
                RefuseEverybody(new RouterError.Drained());
                break;
            case SchedulerEvent.ResumeAsked:
                _drained = false;
                _decision.AllMustGo = _decision.AllMustGo == StopReason.Closing ? StopReason.Closing : null;
                break;
            case SchedulerEvent.Closing:
                _decision.AllMustGo = StopReason.Closing;
                RefuseEverybody(new RouterError.ShuttingDown());
                break;
        }
    }

    private void Configure(SchedulerOptions options)
    {
        // A model that is not resident is started for a ticket that waits: with no place to wait in, nothing would ever start.
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxQueue, 1);
        _decision.Options = options;
        _shares.Weights = options.KeyWeights;
        _fleet.Configure(options, _decision);
    }

    private void Arrive(Ticket ticket)
    {
        if (WhyNot(ticket) is { } error)
        {
            _decision.Do(new SchedulerEffect.Refuse(ticket.Id, error));
            return;
        }

        // The clock may have moved since the last event: a gate that is due closes before this one comes.
        var model = _fleet.Find(ticket.Model)!;
        AdvanceAll();
        var comesBack = ticket.Id <= _decision.LastArrived;
        _decision.LastArrived = Math.Max(_decision.LastArrived, ticket.Id);
        if (Serving.CanRunNow(ticket, model, _decision))
        {
            _shares.Arrived(ticket.Key);
            _serving.Grant(ticket, model.Instance!, _decision);
            return;
        }

        if (!comesBack && _waiting.Count >= _decision.Options.MaxQueue && !MakePlaceFor(ticket))
        {
            return;
        }

        _shares.Arrived(ticket.Key);
        _waiting.Add(new WaitingTicket(ticket, ticket.Since ?? _decision.Now, model.StartsSeen(_decision.Now)), model);
    }

    private RouterError? WhyNot(Ticket ticket) =>
        _decision.AllMustGo == StopReason.Closing ? new RouterError.ShuttingDown()
        : _drained ? new RouterError.Drained()
        : _fleet.Find(ticket.Model) is not { } model ? new RouterError.ModelRemoved(ticket.Model)
        : model.Instance is null or { IsGoing: true } && BackingOff(model) is { } backingOff ? backingOff
        : null;

    private RouterError.BackingOff? BackingOff(ScheduledModel model) => model.BackOff.Evidence(_decision.Now) is { } failure
        ? new RouterError.BackingOff(model.Id, model.BackOff.Failures, failure, model.BackOff.NextTry - _decision.Now)
        : null;

    /// <returns>Whether there is a place now; if not, the newcomer has been refused.</returns>
    private bool MakePlaceFor(Ticket ticket)
    {
        // The mean age of those who wait: in a queue that moves steadily, half of it has been served after that time.
        var age = _waiting.MeanAge(_decision.Now);
        var retryAfter = age < LeastRetryAfter ? LeastRetryAfter : age > MostRetryAfter ? MostRetryAfter : age;
        if (_waiting.Displaceable(ticket.Priority, _decision.Options, _decision.Now) is not { } worst)
        {
            _decision.Do(new SchedulerEffect.Refuse(ticket.Id, new RouterError.QueueFull(_waiting.Count, retryAfter)));
            return false;
        }

        Refuse(worst.Id, new RouterError.Displaced(ticket.Priority, retryAfter));
        return true;
    }

    private void Release(long ticketId, InstanceId id)
    {
        if (_fleet.Unsettled(id) is { } instance && instance.Release(ticketId, _decision.Now) is { } request)
        {
            _shares.Released(request.Ticket.Key, request.Granted, _decision.Now);
            _shares.Left(request.Ticket.Key);
            if (!request.Ticket.OnlyLoads)
            {
                instance.Model.LearnService(_decision.Now - request.Granted);
            }
        }
    }

    private void Settle(Instance instance)
    {
        if (instance is { StopAsked: { } asked, ReadySince: not null })
        {
            instance.Model.LearnFree(_decision.Now - asked);
        }

        if (instance is { StopAsked: not null, HasServed: true, Peak: { } peak })
        {
            instance.Model.LearnFootprint(peak);
        }

        // Releases that come later are old news, so these shares are settled here.
        foreach (var request in instance.Requests)
        {
            _shares.Released(request.Ticket.Key, request.Granted, _decision.Now);
            _shares.Left(request.Ticket.Key);
        }

        instance.Model.Lose(instance);
    }

    private void BecomeReady(Instance instance)
    {
        var model = instance.Model;
        model.StartIsOver(_decision.Now);
        model.LearnLoad(_decision.Now - instance.StartedAt);
        model.HasRetriedForMemory = false;
        if (model.Pool.Instances.Count == 1)
        {
            model.LearnRanAlone();
        }

        instance.BecomeReady(Turn.Of(SwapCost.Of(model), _decision.Options.TurnFactor), _decision.Now);
        model.Pool.BeginResidency(_decision.Now);
    }

    private void FailStart(Instance instance, InstanceFailure failure)
    {
        var model = instance.Model;
        if (instance.Phase != InstancePhase.Starting)
        {
            End(instance, failure);
            return;
        }

        model.StartIsOver(_decision.Now);
        instance.BeginSettling();
        if (failure.OutOfMemory && Succession.TryAgainWithRoom(model, _decision))
        {
            return;
        }

        model.HasRetriedForMemory = false;
        model.BackOff.Failed(failure, readyFor: null, _decision.Now);
        RouterError error = failure.OutOfMemory
            ? new RouterError.InsufficientMemory(model.Id, $"its start failed for want of memory ({failure.ToString().TrimEnd('.')}); {MemoryFit.Figures(model)}")
            : new RouterError.StartFailed(model.Id, failure);
        _succession.RefuseAll(model, error, _decision);
    }

    /// <summary>The run is over. If nobody had asked for that, those who wait for its model have one more crash behind them; they get a fresh run, but not for ever.</summary>
    private void End(Instance instance, InstanceFailure? failure)
    {
        if (instance.Phase == InstancePhase.Settling)
        {
            return;
        }

        var model = instance.Model;
        if (instance.Phase == InstancePhase.Stopping)
        {
            model.BackOff.EndedWell();
        }
        else
        {
            failure ??= InstanceFailure.Of("it ended without being asked to");
            if (instance.Phase == InstancePhase.Starting)
            {
                model.StartIsOver(_decision.Now);
            }

            model.BackOff.Failed(failure, _decision.Now - instance.ReadySince, _decision.Now);
            var error = BackingOff(model) ?? (RouterError)new RouterError.EngineFailed(model.Id, failure);
            foreach (var ticket in model.Line.All())
            {
                if (++ticket.Crashes > CrashesAWaiterSurvives || error is RouterError.BackingOff)
                {
                    Refuse(ticket.Ticket.Id, error);
                }
            }
        }

        instance.BeginSettling();
    }

    private void RefuseEverybody(RouterError error)
    {
        foreach (var waiting in _waiting.All())
        {
            Refuse(waiting.Ticket.Id, error);
        }
    }

    private void Refuse(long ticketId, RouterError error)
    {
        Forget(ticketId);
        _decision.Do(new SchedulerEffect.Refuse(ticketId, error));
    }

    private void Forget(long ticketId)
    {
        if (_waiting.Remove(ticketId) is { } place)
        {
            _shares.Left(place.Waiting.Ticket.Key);
        }
    }

    /// <summary>
    /// Does what the situation now allows, until nothing more is to be done: a slot given away may free the way for a plan, a start may reopen a gate, and what ends in one pool may be
    /// waited for in another.
    /// </summary>
    private void AdvanceAll()
    {
        int before;
        do
        {
            before = _decision.Count;
            foreach (var pool in _fleet.Pools)
            {
                Advance(pool);
            }
        }
        while (_decision.Count > before);
    }

    private void Advance(Pool pool)
    {
        if (pool.Wanted.Count > 0 || pool.Plan is not null)
        {
            Expire(pool);
            _succession.Review(pool, _decision);
            _serving.Serve(pool, _decision);
            _succession.Pursue(pool, _decision);
            Preemption.Apply(pool, _decision);
        }

        foreach (var instance in pool.Instances)
        {
            instance.MustGo |= _decision.AllMustGo is not null;
            if (instance is { MustGo: true, IsGoing: false })
            {
                Succession.Drain(instance, _decision.AllMustGo ?? StopReason.Unload, _decision);
            }

            TimeLimits.Apply(instance, _decision);
        }

        Eviction.RelieveOvercommit(pool, _decision);
    }

    private void Expire(Pool pool)
    {
        while (TimeLimits.Expired(pool, _decision) is { } expired)
        {
            Refuse(expired.Ticket.Ticket.Id, expired.Error);
        }
    }
}
