using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>The engines as the rival rules know them: what runs, and the line inside each engine of requests it has taken and has no slot for yet.</summary>
internal sealed class EngineRoom(IEnumerable<TraceModel> models)
{
    private readonly Dictionary<ModelId, TraceModel> _models = models.ToDictionary(model => model.Id);
    private readonly Dictionary<ModelId, Engine> _engines = [];
    private long _lastRun;
    private long _uses;

    public int Count => _engines.Count;

    public IEnumerable<Engine> Engines => _engines.Values;

    public Engine? Of(ModelId model) => _engines.GetValueOrDefault(model);

    public TraceModel ModelOf(ModelId model) => _models[model];

    public void Start(ModelId model, List<SchedulerEffect> effects)
    {
        var engine = new Engine(new InstanceId(model, ++_lastRun), _models[model].MaxConcurrency);
        _engines.Add(model, engine);
        effects.Add(new SchedulerEffect.Start(engine.Id));
    }

    public static void Stop(Engine engine, List<SchedulerEffect> effects)
    {
        engine.Phase = InstancePhase.Stopping;
        effects.Add(new SchedulerEffect.Stop(engine.Id, StopReason.Swap));
    }

    /// <summary>The engine takes the request; it begins when a slot is free and those before it have begun.</summary>
    public void Take(Engine engine, long ticketId, List<SchedulerEffect> effects)
    {
        engine.LastUse = ++_uses;
        engine.Line.Enqueue(ticketId);
        Begin(engine, effects);
    }

    /// <summary>Takes note of what happened to an engine.</summary>
    public void Note(SchedulerEvent happened, List<SchedulerEffect> effects)
    {
        switch (happened)
        {
            case SchedulerEvent.InstanceReady(var id):
                _engines[id.Model].Phase = InstancePhase.Ready;
                break;
            case SchedulerEvent.MemorySettled(var id):
                _engines.Remove(id.Model);
                break;
            case SchedulerEvent.Released(_, var id):
                var engine = _engines[id.Model];
                engine.InFlight--;
                engine.LastUse = ++_uses;
                Begin(engine, effects);
                break;
        }
    }

    private static void Begin(Engine engine, List<SchedulerEffect> effects)
    {
        while (engine.InFlight < engine.Slots && engine.Line.TryDequeue(out var ticketId))
        {
            engine.InFlight++;
            effects.Add(new SchedulerEffect.Grant(ticketId, engine.Id));
        }
    }

    /// <summary>One engine.</summary>
    internal sealed class Engine(InstanceId id, int slots)
    {
        public InstanceId Id => id;

        public int Slots => slots;

        public InstancePhase Phase { get; set; } = InstancePhase.Starting;

        public int InFlight { get; set; }

        public Queue<long> Line { get; } = [];

        /// <summary>Rises with every use of any engine.</summary>
        public long LastUse { get; set; }

        public bool IsIdle => Phase == InstancePhase.Ready && InFlight == 0 && Line.Count == 0;
    }
}
