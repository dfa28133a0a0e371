using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Readiness;

/// <summary>Which APIs engines speak. What an engine of one's own was found to speak is known from its first run on, for as long as it is made of the same. Any thread.</summary>
internal sealed class SpokenDialects
{
    /// <summary>Found ones beyond this are forgotten, and found again: a configuration that changes all day must not fill memory.</summary>
    private const int Most = 1000;

    private readonly ConcurrentDictionary<Made, ImmutableArray<EngineDialect>> _found = new();

    /// <summary>What a model is made of is long to tell, and asked for with each request.</summary>
    private readonly ConditionalWeakTable<ModelSpec, Made> _made = [];

    /// <summary>Those that a request for the model can be sent in.</summary>
    public ImmutableArray<EngineDialect> Of(ModelSpec model) =>
        model.Engine.DialectsAreAssumed && _found.TryGetValue(MadeOf(model), out var found) ? found : model.Engine.Dialects;

    /// <summary>Whether its engine would have to be asked.</summary>
    public bool IsOpen(ModelSpec model) => model.Engine.DialectsAreAssumed && !_found.ContainsKey(MadeOf(model));

    public void Found(ModelSpec model, ImmutableArray<EngineDialect> dialects)
    {
        if (_found.Count >= Most)
        {
            _found.Clear();
        }

        _found[MadeOf(model)] = dialects;
    }

    private Made MadeOf(ModelSpec model) => _made.GetValue(model, static model => new Made(model.Engine.Name, new RunRecipe(model)));

    private sealed record Made(string Engine, RunRecipe Recipe);
}
