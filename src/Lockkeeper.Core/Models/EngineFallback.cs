using System.Collections.Immutable;

namespace Lockkeeper.Core.Models;

/// <summary>What is started while an engine's own program is not installed.</summary>
internal sealed record EngineFallback
{
    /// <summary>Name of the preset it comes from.</summary>
    public required string Preset { get; init; }

    /// <summary>What it does not have, completing "without …".</summary>
    public required string Without { get; init; }

    /// <summary>Program and arguments, with placeholders.</summary>
    public required ImmutableArray<string> Command { get; init; }
}
