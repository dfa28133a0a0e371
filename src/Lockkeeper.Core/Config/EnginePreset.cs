using System.Collections.Immutable;
using Lockkeeper.Core.ModelFiles;

namespace Lockkeeper.Core.Config;

/// <summary>A kind of engine Lockkeeper knows how to run: what an engine's section says unless it says otherwise.</summary>
internal sealed record EnginePreset
{
    public required string Name { get; init; }

    public required EngineConfig Engine { get; init; }

    /// <summary>What it can load, best first: environment folders are served by the first engine whose preset loads the kind.</summary>
    public ImmutableArray<ModelFormat> Loads { get; init; } = [];

    /// <summary>Groups of arguments added to the command only for models that have a value for their placeholders.</summary>
    public ImmutableArray<ImmutableArray<string>> WhenGiven { get; init; } = [];
}
