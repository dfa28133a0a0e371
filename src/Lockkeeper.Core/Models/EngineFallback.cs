using System.Collections.Immutable;
using Lockkeeper.Core.Dialects.Leaks;

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

    /// <summary>APIs it speaks natively.</summary>
    public ImmutableArray<EngineDialect> Dialects { get; init; } = [EngineDialect.Openai];

    /// <summary>What it can do; empty for everything its models can.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];

    /// <summary>What has to be taken out of the text of its answers.</summary>
    public LeakPlan Leaks { get; init; } = LeakPlan.None;
}
