using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>
/// What llama-swap, Ollama and the router of llama.cpp have in common: a request for a loaded model goes to its engine at once, whoever else waits, and only an engine with nothing to do
/// is stopped for another model. The others wait in the order of arrival; all who wait for a model begin when it is loaded. No priorities, no bound.
/// They differ in what must fit (memory or a number of models) and in which idle engine goes first.
/// </summary>
internal sealed class ResidentFirstPolicy : IPolicy
{
    private readonly EngineRoom _room;
    private readonly long _capacity;
    private readonly Func<TraceModel, long> _need;
    private readonly Comparison<EngineRoom.Engine> _firstToGo;
    private readonly Dictionary<ModelId, Queue<Ticket>> _waiting = [];
    private readonly HashSet<ModelId> _coming = [];

    private ResidentFirstPolicy(EngineRoom room, long capacity, Func<TraceModel, long> need, Comparison<EngineRoom.Engine> firstToGo)
    {
        _room = room;
        _capacity = capacity;
        _need = need;
        _firstToGo = firstToGo;
    }

    /// <summary>llama-swap (one model at a time) and Ollama (as many as fit): by memory. With the same keep-alive for all, Ollama stops idle models in the order of their names; a pinned model has the longest.</summary>
    public static ResidentFirstPolicy ByMemory(EngineRoom room, PoolOptions pool) => new(
        room,
        pool.Capacity ?? 1,
        pool.Capacity is null ? _ => 1 : model => model.Footprint!.Value,
        (left, right) => (room.ModelOf(left.Id.Model).Pinned, left.Id.Model.Value).CompareTo((room.ModelOf(right.Id.Model).Pinned, right.Id.Model.Value)));

    /// <summary>
    /// The router of llama.cpp: by number, least recently used first, and it knows nothing of memory. The number is the best an owner could have set: the most models that fit whichever they are.
    /// </summary>
    public static ResidentFirstPolicy ByCount(EngineRoom room, PoolOptions pool, IEnumerable<TraceModel> models) =>
        new(room, CountThatAlwaysFits(pool, models), _ => 1, (left, right) => left.LastUse.CompareTo(right.LastUse));

    public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects)
    {
        _room.Note(happened, effects);
        switch (happened)
        {
            case SchedulerEvent.Arrived(var ticket) when _room.Of(ticket.Model) is { Phase: InstancePhase.Ready } engine:
                _room.Take(engine, ticket.Id, effects);
                break;
            case SchedulerEvent.Arrived(var ticket):
                Wait(ticket);
                break;
            case SchedulerEvent.InstanceReady(var id) when _waiting.Remove(id.Model, out var line):
                foreach (var ticket in line)
                {
                    _room.Take(_room.Of(id.Model)!, ticket.Id, effects);
                }

                break;
        }

        Load(effects);
        return null;
    }

    private void Wait(Ticket ticket)
    {
        if (!_waiting.TryGetValue(ticket.Model, out var line))
        {
            _waiting.Add(ticket.Model, line = []);
        }

        line.Enqueue(ticket);
    }

    /// <summary>Makes room for the models that are waited for, whoever waits longest first, and starts those that there is room for.</summary>
    private void Load(List<SchedulerEffect> effects)
    {
        foreach (var model in _waiting.Where(line => _room.Of(line.Key) is null).OrderBy(line => line.Value.Peek().Id).Select(line => line.Key).ToList())
        {
            var need = NeedOf(model);
            if (!_coming.Contains(model) && MakeRoom(need, effects))
            {
                _coming.Add(model);
            }

            if (_coming.Contains(model) && _capacity - _room.Engines.Sum(engine => NeedOf(engine.Id.Model)) >= need)
            {
                _coming.Remove(model);
                _room.Start(model, effects);
            }
        }
    }

    /// <summary>Stops idle engines until there will be room; none when that is not enough.</summary>
    private bool MakeRoom(long need, List<SchedulerEffect> effects)
    {
        var staying = _room.Engines.Where(engine => engine.Phase != InstancePhase.Stopping).ToList();
        var free = _capacity - _coming.Sum(NeedOf) - staying.Sum(engine => NeedOf(engine.Id.Model));
        var idle = staying.Where(engine => engine.IsIdle).ToList();
        idle.Sort(_firstToGo);
        var victims = new List<EngineRoom.Engine>();
        foreach (var engine in idle.TakeWhile(_ => free < need))
        {
            victims.Add(engine);
            free += NeedOf(engine.Id.Model);
        }

        if (free < need)
        {
            return false;
        }

        foreach (var victim in victims)
        {
            EngineRoom.Stop(victim, effects);
        }

        return true;
    }

    private long NeedOf(ModelId model) => _need(_room.ModelOf(model));

    private static long CountThatAlwaysFits(PoolOptions pool, IEnumerable<TraceModel> models)
    {
        if (pool.Capacity is not { } capacity)
        {
            return 1;
        }

        var count = 0;
        foreach (var footprint in models.Select(model => model.Footprint!.Value).OrderDescending())
        {
            capacity -= footprint;
            count += capacity >= 0 ? 1 : 0;
        }

        return count;
    }
}
