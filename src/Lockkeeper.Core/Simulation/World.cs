using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>
/// Clients and engines on a virtual clock: they do what the trace says, and whoever decides is told what happens and obeyed. What no machine could do is not done, so no rule can win by it:
/// it ends the simulation.
/// </summary>
internal sealed class World
{
    /// <summary>Wake-ups in a row that lead to nothing, after which nothing will.</summary>
    private const int WakesOfPatience = 1000;

    /// <summary>What is resident when the trace begins has been so for longer than any turn lasts.</summary>
    private static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(10);

    private readonly Trace _trace;
    private readonly IPolicy _policy;
    private readonly Machine _machine;
    private readonly string? _watchedPool;
    private readonly PriorityQueue<(SchedulerEvent Event, InstanceId Instance), (TimeSpan At, long Order)> _coming = new();
    private readonly List<SchedulerEffect> _effects = [];
    private readonly SimulatedRequest[] _requests;
    private readonly TraceModel[] _warmUps;
    private TimeSpan _now;
    private TimeSpan _origin;
    private TimeSpan? _wake;
    private long _order;
    private int _idleWakes;

    public World(Trace trace, IPolicy policy, PoolOptions pool)
    {
        _trace = trace;
        _policy = policy;
        _machine = new Machine(trace.Models, pool);
        _watchedPool = pool.Capacity is null ? null : pool.Name;
        var models = trace.Models.ToDictionary(model => model.Id);
        _requests = [.. trace.Requests.Select(request => new SimulatedRequest(request, request.ServiceOn(models[request.Model])))];
        _warmUps = [.. trace.Models.Where(model => model.Resident)];
    }

    public SimulationResult Run()
    {
        TellMemory();
        WarmUp();
        for (var next = 0; ;)
        {
            var arrival = next < _requests.Length ? _origin + _requests[next].Asked.At : (TimeSpan?)null;
            if (arrival is { } at && !(_coming.TryPeek(out _, out var soonest) && soonest.At <= at) && !(_wake < at))
            {
                Tell(at, new SchedulerEvent.Arrived(TicketOf(next++)));
            }
            else if (!Step())
            {
                break;
            }
        }

        return new SimulationResult(default, [.. _requests], [.. _machine.Residencies.Select(residency => residency with { Ready = residency.Ready - _origin })])
        {
            Loads = _machine.Loads,
            Swaps = _machine.Swaps,
            Busy = _machine.Busy,
            Span = (_machine.LastUse > _origin ? _machine.LastUse : _origin) - _origin,
        };
    }

    /// <summary>The models that are resident from the beginning have once been asked for, long ago.</summary>
    private void WarmUp()
    {
        for (var i = 0; i < _warmUps.Length; i++)
        {
            Tell(_now, new SchedulerEvent.Arrived(new Ticket(i + 1, _warmUps[i].Id, Priority.Medium)));
            while (Step())
            {
            }
        }

        if (_warmUps.Length > 0)
        {
            _origin = _now + LongAgo;
            _machine.Forget();
        }
    }

    /// <summary>Ids rise with arrival, and those who warmed up came first.</summary>
    private Ticket TicketOf(int index) =>
        new(_warmUps.Length + 1 + index, _trace.Requests[index].Model, _trace.Requests[index].Priority) { Key = _trace.Requests[index].Key };

    /// <summary>Lets the next thing happen that is bound to.</summary>
    /// <returns>Whether there was one.</returns>
    private bool Step()
    {
        var due = _coming.TryPeek(out _, out var soonest) ? soonest.At : (TimeSpan?)null;
        if (_wake is { } wake && !(due <= wake))
        {
            _wake = null;
            if (due is null && ++_idleWakes > WakesOfPatience)
            {
                return false;
            }

            Tell(wake, new SchedulerEvent.Woken());
            return true;
        }

        if (due is null)
        {
            return false;
        }

        var (happened, instance) = _coming.Dequeue();
        _idleWakes = 0;
        Happen(due.Value, happened, instance);
        return true;
    }

    private void Happen(TimeSpan at, SchedulerEvent happened, InstanceId instance)
    {
        switch (happened)
        {
            case SchedulerEvent.InstanceReady when !_machine.BecomeReady(instance, at):
                return; // stopped while it was starting
            case SchedulerEvent.InstanceReady:
                Tell(at, happened);
                if (_machine.ModelOf(instance).Footprint is { } bytes)
                {
                    Tell(at, new SchedulerEvent.FootprintMeasured(instance, bytes));
                }

                break;
            case SchedulerEvent.InstanceGone:
                Tell(at, happened);
                _machine.Settle(instance);
                TellMemory();
                Tell(at, new SchedulerEvent.MemorySettled(instance));
                break;
            case SchedulerEvent.Released:
                _machine.Release(instance, at);
                Tell(at, happened);
                break;
        }
    }

    private void Tell(TimeSpan at, SchedulerEvent happened)
    {
        _now = at > _now ? at : _now;
        _wake = _policy.Handle(happened, _now, _effects);
        if (_effects.Count == 0)
        {
            return;
        }

        _idleWakes = 0;
        SchedulerEffect[] wanted = [.. _effects];
        _effects.Clear();
        foreach (var effect in wanted)
        {
            Perform(effect);
        }

        if (wanted.Any(effect => effect is SchedulerEffect.Start))
        {
            TellMemory();
        }
    }

    private void TellMemory()
    {
        if (_watchedPool is not null)
        {
            Tell(_now, new SchedulerEvent.MemoryObserved(_watchedPool, _machine.Free));
        }
    }

    private void Perform(SchedulerEffect effect)
    {
        switch (effect)
        {
            case SchedulerEffect.Start(var id):
                Expect(_now + _machine.Start(id), new SchedulerEvent.InstanceReady(id), id);
                break;
            case SchedulerEffect.Stop(var id, _):
                Expect(_now + _machine.Stop(id), new SchedulerEvent.InstanceGone(id, Failure: null), id);
                break;
            case SchedulerEffect.Grant(var ticket, var id):
                Grant(ticket, id);
                break;
        }
    }

    private void Grant(long ticket, InstanceId id)
    {
        var residency = _machine.Occupy(id, _now);
        var index = (int)(ticket - _warmUps.Length - 1);
        var service = TimeSpan.Zero;
        if (index >= 0)
        {
            var request = _requests[index];
            Machine.Demand(request.Granted is null, $"ticket {ticket} is granted twice");
            Machine.Demand(request.Asked.Model == id.Model, $"ticket {ticket} is granted {id}");
            _requests[index] = request with { Granted = _now - _origin, Residency = residency };
            service = request.Service;
        }

        Expect(_now + service, new SchedulerEvent.Released(ticket, id), id);
    }

    private void Expect(TimeSpan at, SchedulerEvent happened, InstanceId instance) => _coming.Enqueue((happened, instance), (at, ++_order));
}
