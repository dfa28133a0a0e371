using System.Collections.Frozen;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Learned;

/// <summary>Puts together what was learned of each model, by whoever has learned it.</summary>
internal sealed class Learning(SwapWatch swaps, Speeds speeds)
{
    private readonly Dictionary<ModelId, long> _held = [];
    private IReadOnlyDictionary<ModelId, LearnedModel> _earlier = new Dictionary<ModelId, LearnedModel>();

    /// <summary>Goes on from an earlier life.</summary>
    /// <returns>What the scheduler is to know of it.</returns>
    public FrozenDictionary<ModelId, ModelFigures> Remember(IReadOnlyDictionary<ModelId, LearnedModel> models)
    {
        _earlier = models;
        foreach (var (id, model) in models)
        {
            swaps.Remember(id, model.Phases);
            speeds.Remember(id, model.Speed);
            if (model.Held is { } held)
            {
                _held[id] = held;
            }
        }

        return models.ToFrozenDictionary(model => model.Key, model => model.Value.Figures);
    }

    public async Task<IReadOnlyDictionary<ModelId, LearnedModel>> CollectAsync(Admission admission, Instances instances) =>
        Of((await admission.LookAsync()).Figures, instances.Snapshot());

    /// <summary>Models that are not configured any more keep what was learned of them: they may come back.</summary>
    public IReadOnlyDictionary<ModelId, LearnedModel> Of(FrozenDictionary<ModelId, ModelFigures> figures, IEnumerable<RunSnapshot> runs)
    {
        lock (_held)
        {
            foreach (var run in runs.Where(run => run.HeldBytes is not null).OrderBy(run => run.Instance.Run))
            {
                _held[run.Instance.Model] = run.HeldBytes!.Value;
            }

            var models = new Dictionary<ModelId, LearnedModel>(_earlier);
            foreach (var (id, figure) in figures)
            {
                models[id] = new LearnedModel { Figures = figure, Held = _held.TryGetValue(id, out var held) ? held : null, Speed = speeds.Of(id), Phases = swaps.PhasesOf(id) };
            }

            return models;
        }
    }
}
