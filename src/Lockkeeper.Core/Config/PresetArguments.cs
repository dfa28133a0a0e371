namespace Lockkeeper.Core.Config;

/// <summary>Arguments of a preset's command that not every model gets. A group with a placeholder that the model has no value for is left out as a whole.</summary>
internal sealed record PresetArguments
{
    /// <summary>What else must hold.</summary>
    /// <value>Default: nothing.</value>
    public PresetCondition When { get; init; } = new();

    /// <summary>With placeholders.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Environment variables that go with them.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
}
