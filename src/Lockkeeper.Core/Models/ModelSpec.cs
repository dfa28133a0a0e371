using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
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

    /// <summary>Name of the pool its instances live in.</summary>
    public string Pool { get; init; } = PoolConfig.DefaultName;

    /// <summary>Bytes an instance needs, as configured; null when that is not said.</summary>
    public long? Memory { get; init; }

    /// <summary>Whether it is never evicted for another model, nor stopped for being idle.</summary>
    public bool Pinned { get; init; }

    /// <summary>Whether it is loaded when Lockkeeper starts.</summary>
    public bool Preload { get; init; }

    /// <summary>Idle time after which it is unloaded; null for never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>How long its engine may send nothing while it answers; null for what holds for all models.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>How long one request may have an instance, its wait not counted; past it the request is aborted. Null for no limit.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>The most tokens an answer may have at a level of memory pressure; a level that is not named has the cap of the nearest one below that is. Empty for no caps.</summary>
    public ImmutableDictionary<PressureLevel, int> MaxTokensUnderPressure { get; init; } = ImmutableDictionary<PressureLevel, int>.Empty;
}
