using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>A kind of engine Lockkeeper knows how to run: what an engine's section says unless it says otherwise, and what is known about it.</summary>
internal sealed record EnginePreset
{
    public required string Name { get; init; }

    /// <summary>What it is, in one line.</summary>
    public string Description { get; init; } = "";

    /// <summary>The section, without what depends on the model.</summary>
    public required EngineConfig Engine { get; init; }

    /// <summary>Arguments added to the command by what a model is and says, in this order.</summary>
    public IReadOnlyList<PresetArguments> Arguments { get; init; } = [];

    /// <summary>What serves in its place where its program is not installed; null for nothing.</summary>
    public PresetFallback? Fallback { get; init; }

    /// <summary>Kinds of model it loads.</summary>
    public IReadOnlyList<ModelFormat> Loads { get; init; } = [];

    /// <summary>What has surprised others, a sentence each.</summary>
    public IReadOnlyList<string> Traps { get; init; } = [];

    /// <summary>Where the facts come from.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>How far they have been tried.</summary>
    public PresetEvidence Verified { get; init; }

    /// <summary>The groups of arguments that belong to the command for this model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sleep">Whether its engine is put to sleep instead of being stopped.</param>
    /// <param name="values">What it has values for.</param>
    public IEnumerable<PresetArguments> ArgumentsFor(ModelConfig model, bool sleep, IReadOnlyDictionary<string, string> values) => Arguments.Where(group =>
        group.When.Holds(model, sleep, values) && group.Args.SelectMany(Placeholders.In).All(placeholder => Placeholders.IsGivenByUs(placeholder) || values.ContainsKey(Placeholders.NameOf(placeholder))));
}
