using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Scheduling;

/// <summary>The pools, the models that live in them, and their runs. Outlives configurations: what runs is not touched by a new one that says the same of it.</summary>
internal sealed class Fleet(Succession succession)
{
    private readonly Dictionary<ModelId, ScheduledModel> _models = [];
    private readonly List<ScheduledModel> _unwatched = [];
    private readonly Dictionary<string, EngineShare> _engines = new(StringComparer.Ordinal);

    /// <summary>In the order of the configuration; pools that are configured no more stay as long as something runs there.</summary>
    public List<Pool> Pools { get; } = [];

    public IEnumerable<ScheduledModel> Models => _models.Values;

    public IEnumerable<Instance> Instances => Pools.SelectMany(pool => pool.Instances);

    public ScheduledModel? Find(ModelId model) => _models.GetValueOrDefault(model);

    public Pool? Find(string pool) => Pools.Find(known => known.Options.Name == pool);

    /// <summary>The run, as long as it is not settled: late news of an old run finds nothing.</summary>
    public Instance? Unsettled(InstanceId id)
    {
        foreach (var pool in Pools)
        {
            foreach (var instance in pool.Instances)
            {
                if (instance.Id == id)
                {
                    return instance;
                }
            }
        }

        return null;
    }

    public void Configure(SchedulerOptions options, Decision decision)
    {
        var before = Pools.ToDictionary(pool => pool.Options.Name, StringComparer.Ordinal);
        var pools = options.Pools.Select(pool => Renew(before, pool)).ToList();
        pools.AddRange(before.Values.Where(pool => pool.Instances.Count > 0));
        foreach (var pool in pools)
        {
            pool.Models.Clear();
        }

        Pools.Clear();
        Pools.AddRange(pools);

        foreach (var engine in _engines.Values)
        {
            engine.Limit = options.EngineLimits.GetValueOrDefault(engine.Name, int.MaxValue);
        }

        var removed = _models.Keys.ToHashSet();
        foreach (var model in options.Models)
        {
            removed.Remove(model.Id);
            Configure(model, options);
        }

        foreach (var gone in removed)
        {
            _models.Remove(gone, out var model);
            succession.RefuseAll(model!, new RouterError.ModelRemoved(gone), decision);
            LetGo(model!);
        }
    }

    /// <summary>Has those watched that run anyway; from then on they count.</summary>
    public void WatchAttached(Decision decision)
    {
        foreach (var model in _unwatched)
        {
            if (model.Instance is null && decision.AllMustGo is null && model.BackOff.Evidence(decision.Now) is null)
            {
                succession.Start(model, decision);
            }
        }

        _unwatched.Clear();
    }

    private EngineShare ShareOf(string engine, SchedulerOptions options)
    {
        if (!_engines.TryGetValue(engine, out var share))
        {
            _engines.Add(engine, share = new EngineShare(engine) { Limit = options.EngineLimits.GetValueOrDefault(engine, int.MaxValue) });
        }

        return share;
    }

    private static Pool Renew(Dictionary<string, Pool> before, PoolOptions options)
    {
        if (!before.Remove(options.Name, out var pool))
        {
            return new Pool(options);
        }

        pool.Options = options;
        return pool;
    }

    private static void LetGo(ScheduledModel model)
    {
        if (model.Instance is { } instance)
        {
            instance.MustGo = true;
        }
    }

    private void Configure(ModelOptions options, SchedulerOptions all)
    {
        var pool = Find(options.Pool) ?? throw new ArgumentException($"'{options.Id}' lives in a pool '{options.Pool}' that is not there.", nameof(options));
        if (!_models.TryGetValue(options.Id, out var model))
        {
            _models.Add(options.Id, model = new ScheduledModel(options, pool, all.Figures.GetValueOrDefault(options.Id, ModelFigures.None)));
        }

        pool.Models.Add(model);
        if (model.Pool != pool || model.Options.Attached != options.Attached)
        {
            LetGo(model);
        }

        model.MoveTo(pool);
        model.Engine = options.Engine is { } engine ? ShareOf(engine, all) : null;
        model.Options = options;
        if (options.Attached)
        {
            _unwatched.Add(model);
        }
    }
}
