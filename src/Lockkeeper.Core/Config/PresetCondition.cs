using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What must hold of a model for it to get a group of arguments. Everything that is said must.</summary>
internal sealed record PresetCondition
{
    /// <summary>Its type is one of these.</summary>
    public IReadOnlyList<ModelType> Type { get; init; } = [];

    /// <summary>It is said to be able to do all of these.</summary>
    public IReadOnlyList<Capability> Can { get; init; } = [];

    /// <summary>It is not said to be able to do any of these.</summary>
    public IReadOnlyList<Capability> Cannot { get; init; } = [];

    /// <summary>Placeholders with exactly these values.</summary>
    public IReadOnlyDictionary<string, string> Is { get; init; } = new Dictionary<string, string>();

    /// <summary>Placeholders that have another value, or none.</summary>
    public IReadOnlyDictionary<string, string> IsNot { get; init; } = new Dictionary<string, string>();

    /// <summary>Placeholders without a value.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>Whether the engine is put to sleep instead of being stopped.</summary>
    /// <value>Default: either.</value>
    public bool? Sleep { get; init; }

    public bool Holds(ModelConfig model, bool sleep, IReadOnlyDictionary<string, string> values) =>
        (Type.Count == 0 || Type.Contains(model.Type ?? ModelType.Chat))
        && Can.All(model.Capabilities.Contains)
        && !Cannot.Any(model.Capabilities.Contains)
        && Is.All(wanted => values.GetValueOrDefault(wanted.Key) == wanted.Value)
        && IsNot.All(unwanted => values.GetValueOrDefault(unwanted.Key) != unwanted.Value)
        && !Lacks.Any(values.ContainsKey)
        && (Sleep ?? sleep) == sleep;
}
