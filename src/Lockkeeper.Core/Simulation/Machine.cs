using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>The engines and the memory of a simulated machine. Refuses what cannot be, whoever orders it.</summary>
internal sealed class Machine(IEnumerable<TraceModel> models, PoolOptions pool)
{
    private readonly Dictionary<ModelId, TraceModel> _models = models.ToDictionary(model => model.Id);
    private readonly Dictionary<InstanceId, Run> _runs = [];
    private int _inFlight;
    private TimeSpan _busySince;

    /// <summary>Every run that has been ready.</summary>
    public List<Residency> Residencies { get; } = [];

    public int Loads { get; private set; }

    public int Swaps { get; private set; }

    public TimeSpan Busy { get; private set; }

    /// <summary>When the last request ended.</summary>
    public TimeSpan LastUse { get; private set; }

    /// <summary>Bytes nobody holds; only of a pool of a known size. What is starting or stopping holds all it ever will.</summary>
    public long Free => pool.Capacity!.Value - _runs.Keys.Sum(id => _models[id.Model].Footprint!.Value);

    public TraceModel ModelOf(InstanceId id) => _models[id.Model];

    /// <returns>How long it takes to answer.</returns>
    public TimeSpan Start(InstanceId id)
    {
        Demand(_runs.TryAdd(id, new Run()), $"{id} is started twice");
        Demand(_runs.Keys.Count(run => run.Model == id.Model) == 1, $"{id} is started beside another run of its model");
        Demand(pool.Policy == PoolPolicy.Fit ? Free >= 0 : _runs.Count == 1, $"there is no room for {id}");
        Loads++;
        return ModelOf(id).Load;
    }

    /// <returns>How long it takes until its memory is back.</returns>
    public TimeSpan Stop(InstanceId id)
    {
        var run = RunOf(id);
        Demand(run is { InFlight: 0, Stopping: false }, $"{id} is stopped while it works, or twice");
        run.Stopping = true;
        Swaps++;
        return ModelOf(id).Free;
    }

    /// <returns>Whether it was still wanted.</returns>
    public bool BecomeReady(InstanceId id, TimeSpan now)
    {
        // A start that was stopped may even be settled by the time it would have been ready.
        if (!_runs.TryGetValue(id, out var run) || run.Stopping)
        {
            return false;
        }

        run.Residency = Residencies.Count;
        Residencies.Add(new Residency(ModelOf(id), now));
        return true;
    }

    public void Settle(InstanceId id) => _runs.Remove(id);

    /// <returns>The residency that serves it.</returns>
    public int Occupy(InstanceId id, TimeSpan now)
    {
        var run = RunOf(id);
        Demand(run is { Stopping: false, Residency: not null }, $"{id} is granted while it is not ready");
        Demand(++run.InFlight <= ModelOf(id).MaxConcurrency, $"{id} is granted more than it has slots");
        _busySince = _inFlight++ == 0 ? now : _busySince;
        return run.Residency!.Value;
    }

    public void Release(InstanceId id, TimeSpan now)
    {
        RunOf(id).InFlight--;
        LastUse = now;
        Busy += --_inFlight == 0 ? now - _busySince : TimeSpan.Zero;
    }

    /// <summary>Begins to count anew. What runs stays, and so do the residencies: they bear an index.</summary>
    public void Forget()
    {
        Loads = 0;
        Swaps = 0;
        Busy = TimeSpan.Zero;
    }

    /// <summary>A rule that orders what cannot be has a fault, and figures made of it would be worth nothing.</summary>
    public static void Demand(bool kept, string what)
    {
        if (!kept)
        {
            throw new InvalidOperationException($"The rule asks for what cannot be: {what}.");
        }
    }

    private Run RunOf(InstanceId id)
    {
        Demand(_runs.ContainsKey(id), $"there is no {id}");
        return _runs[id];
    }

    private sealed class Run
    {
        public int InFlight { get; set; }

        public bool Stopping { get; set; }

        public int? Residency { get; set; }
    }
}
