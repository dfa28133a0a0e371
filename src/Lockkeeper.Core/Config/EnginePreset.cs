using System.Collections.Immutable;

namespace Lockkeeper.Core.Config;

/// <summary>A kind of engine Lockkeeper knows how to run: what an engine's section says unless it says otherwise.</summary>
internal sealed record EnginePreset
{
    public required string Name { get; init; }

    public required EngineConfig Engine { get; init; }

    /// <summary>Groups of arguments added to the command only for models that have a value for their placeholders.</summary>
    public ImmutableArray<ImmutableArray<string>> WhenGiven { get; init; } = [];
}
