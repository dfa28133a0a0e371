using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Lockkeeper.Core.Models;

/// <summary>Every model that can be asked for, by id and by alias. Immutable; a new configuration makes a new catalog.</summary>
internal sealed class ModelCatalog
{
    /// <summary>How many near names an unknown one is answered with.</summary>
    private const int NearNames = 3;

    private readonly FrozenDictionary<string, ModelSpec> _byName;

    private ModelCatalog(ImmutableArray<ModelSpec> models)
    {
        Models = models;
        var byName = new Dictionary<string, ModelSpec>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in models)
        {
            byName.Add(model.Id.Value, model);
            foreach (var alias in model.Aliases)
            {
                byName.Add(alias, model);
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The models in the order of the configuration.</summary>
    public ImmutableArray<ModelSpec> Models { get; }

    /// <exception cref="ArgumentException">Two models share a name; the configuration rules refuse that earlier, with line numbers.</exception>
    public static ModelCatalog Of(IEnumerable<ModelSpec> models) => new([.. models]);

    /// <summary>What is configured, and what was found in folders: a name that the configuration gives stands for what it says there.</summary>
    public static ModelCatalog Of(IEnumerable<ModelSpec> configured, IEnumerable<ModelSpec> found)
    {
        var known = Of(configured);
        return new([.. known.Models, .. found.Where(model => known.Find(model.Id.Value) is null)]);
    }

    /// <summary>The model of that id or alias, ignoring case; null when there is none.</summary>
    public ModelSpec? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Up to three known names close to <paramref name="asked"/>, nearest first.</summary>
    public IReadOnlyList<string> Near(string asked) => Spelling.Near(asked, _byName.Keys, NearNames);
}
