using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Engines;

namespace Lockkeeper.Core.Models;

/// <summary>Every model that can be asked for, by id and by alias. Immutable; a new configuration makes a new catalog.</summary>
internal sealed class ModelCatalog
{
    /// <summary>How many near names an unknown one is answered with.</summary>
    private const int NearNames = 3;

    /// <summary>An alias that ends so stands for every name that begins like it.</summary>
    private const char AnyEnd = '*';

    /// <summary>What Ollama's clients put behind a name that has no tag.</summary>
    private const string DefaultTag = ":latest";

    private readonly FrozenDictionary<string, ModelSpec> _byName;
    private readonly FrozenDictionary<string, ImmutableArray<string>> _ambiguous;

    /// <summary>Aliases that stand for every name with their beginning, the longest first.</summary>
    private readonly ImmutableArray<(string Beginning, ModelSpec Model)> _beginnings;

    private ModelCatalog(ImmutableArray<ModelSpec> models, FrozenDictionary<string, ImmutableArray<string>> ambiguous)
    {
        Models = models;
        _ambiguous = ambiguous;
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
        _beginnings = [.. byName.Where(name => name.Key.EndsWith(AnyEnd) && name.Value.Id.Value != name.Key).Select(name => (name.Key[..^1], name.Value)).OrderByDescending(name => name.Item1.Length)];
    }

    /// <summary>The models in the order of the configuration, then those found in folders, then those that engines list.</summary>
    public ImmutableArray<ModelSpec> Models { get; }

    /// <exception cref="ArgumentException">Two models share a name; the configuration rules refuse that earlier, with line numbers.</exception>
    public static ModelCatalog Of(IEnumerable<ModelSpec> models) => new([.. models], FrozenDictionary<string, ImmutableArray<string>>.Empty);

    /// <summary>
    /// What is configured, and what was found in folders: a name that the configuration gives stands for what it says there, and two found models of one id are neither of them served.
    /// An alias of a found model gives way to every other name.
    /// </summary>
    public static ModelCatalog Of(IEnumerable<ModelSpec> configured, IEnumerable<ModelSpec> found)
    {
        var known = Of(configured);
        var byId = found.Where(model => !known.Knows(model.Id.Value)).GroupBy(model => model.Id.Value, StringComparer.OrdinalIgnoreCase).ToList();
        var single = byId.Where(models => models.Count() == 1).Select(models => models.First()).ToList();
        var ambiguous = byId.Where(models => models.Count() > 1).ToFrozenDictionary(models => models.Key, Paths, StringComparer.OrdinalIgnoreCase);
        var aliases = single.SelectMany(model => model.Aliases).GroupBy(alias => alias, StringComparer.OrdinalIgnoreCase)
            .Where(alias => alias.Count() == 1 && !known.Knows(alias.Key) && byId.TrueForAll(models => !models.Key.Equals(alias.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(alias => alias.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new([.. known.Models, .. single.Select(model => model.Aliases.All(aliases.Contains) ? model : model with { Aliases = model.Aliases.RemoveAll(alias => !aliases.Contains(alias)) })], ambiguous);
    }

    /// <summary>
    /// This one, and behind it what engines list themselves: a name that is known, or stands for several models, stays what it is; so does a model that is there already under another name.
    /// Of two engines that list one name the first has it.
    /// </summary>
    public ModelCatalog With(IReadOnlyCollection<ModelSpec> listed)
    {
        if (listed.Count == 0)
        {
            return this;
        }

        var byEngine = Models.ToLookup(model => model.Engine.Name);
        List<ModelSpec> added = [.. listed
            .Where(model => !Knows(model.Id.Value) && !_ambiguous.ContainsKey(model.Id.Value))
            .Where(model => !byEngine[model.Engine.Name].Any(known => known.AskedAs == model.AskedAs || ListedNames.Of(known).Contain(model.Id.Value)))
            .DistinctBy(model => model.Id.Value, StringComparer.OrdinalIgnoreCase)];
        var names = added.Select(model => model.Id.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool IsFree(string alias) => !Knows(alias) && !_ambiguous.ContainsKey(alias) && names.Add(alias);
        return new([.. Models, .. added.Select(model => model with { Aliases = [.. model.Aliases.Where(IsFree)] })], _ambiguous);
    }

    /// <summary>The model of that id or alias, ignoring case, or with the tag that Ollama's clients add, or of the longest alias that is its beginning; null when there is none. It may be disabled.</summary>
    public ModelSpec? Find(string name)
    {
        if (_byName.TryGetValue(name, out var model) || _byName.TryGetValue(Tagged(name), out model))
        {
            return model;
        }

        foreach (var (beginning, stand) in _beginnings)
        {
            if (name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) && !_ambiguous.ContainsKey(name))
            {
                return stand;
            }
        }

        return null;
    }

    /// <summary>Whether a model has exactly that id or alias.</summary>
    private bool Knows(string name) => _byName.ContainsKey(name);

    /// <summary>A name as it is known here, where that differs by Ollama's default tag alone: to its clients <c>name</c> and <c>name:latest</c> are one.</summary>
    public string Tagged(string asked)
    {
        var other = asked.EndsWith(DefaultTag, StringComparison.OrdinalIgnoreCase) ? asked[..^DefaultTag.Length] : $"{asked}{DefaultTag}";
        return !Knows(asked) && !_ambiguous.ContainsKey(asked) && (Knows(other) || _ambiguous.ContainsKey(other)) ? other : asked;
    }

    /// <summary>The paths of the models that share that id; empty when it stands for one model, or none.</summary>
    public ImmutableArray<string> Ambiguous(string name) => _ambiguous.TryGetValue(name, out var paths) ? paths : [];

    /// <summary>Ids that stand for several models.</summary>
    public IEnumerable<string> AmbiguousIds => _ambiguous.Keys;

    /// <summary>Up to three known names close to <paramref name="asked"/>, nearest first.</summary>
    public IReadOnlyList<string> Near(string asked) => Spelling.Near(asked, _byName.Keys, NearNames);

    private static ImmutableArray<string> Paths(IEnumerable<ModelSpec> models) => [.. models.Select(model => model.Path ?? model.Id.Value).Order(StringComparer.Ordinal)];
}
