using System.Collections.Immutable;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Models;

/// <summary>One model a client can ask for, with everything needed to serve it. Immutable: a new configuration makes new specs.</summary>
internal sealed record ModelSpec
{
    public required ModelId Id { get; init; }

    /// <summary>The engine that serves it, presets already expanded.</summary>
    public required EngineSpec Engine { get; init; }

    /// <summary>Absolute path of the model file or folder; null for an engine that needs none.</summary>
    public string? Path { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Tokens of context; null leaves the engine's own default.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Requests that may run on one instance at the same time (P2).</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Priority of a request that names none.</summary>
    public Priority Priority { get; init; } = Priority.Medium;

    /// <summary>How long one request may have an instance; past it the request is aborted. Null for as long as it takes.</summary>
    public TimeSpan? MaxDuration { get; init; }
}
