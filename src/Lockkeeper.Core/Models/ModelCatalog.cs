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

    /// <summary>The model of that id or alias, ignoring case; null when there is none.</summary>
    public ModelSpec? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Up to three known names close to <paramref name="asked"/>, nearest first.</summary>
    public IReadOnlyList<string> Near(string asked) =>
    [
        .. _byName.Keys
            .Select(name => (name, distance: Distance(asked, name)))
            .Where(near => near.distance <= Math.Max(2, Math.Min(asked.Length, near.name.Length) / 2))
            .OrderBy(near => near.distance).ThenBy(near => near.name, StringComparer.Ordinal)
            .Take(NearNames)
            .Select(near => near.name),
    ];

    /// <summary>Levenshtein distance, ignoring case; both names are cut at 64 characters, so the work is bounded whatever a client sends.</summary>
    private static int Distance(string left, string right)
    {
        const int Longest = 64;
        var a = left.AsSpan(0, Math.Min(left.Length, Longest));
        var b = right.AsSpan(0, Math.Min(right.Length, Longest));
        Span<int> row = stackalloc int[Longest + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
