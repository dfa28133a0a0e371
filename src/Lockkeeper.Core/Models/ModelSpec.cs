using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Models;

/// <summary>One model a client can ask for, with everything needed to serve it. Immutable: a new configuration makes new specs.</summary>
internal sealed record ModelSpec
{
    public required ModelId Id { get; init; }

    /// <summary>The engine that serves it, presets already expanded.</summary>
    public required EngineSpec Engine { get; init; }

    /// <summary>Absolute path of the model file or folder; null for an engine that needs none.</summary>
    public string? Path { get; init; }

    /// <summary>What it is for.</summary>
    public ModelType Type { get; init; }

    /// <summary>Whether it is served.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What it can do, as far as that is known; empty when it is not.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];

    /// <summary>How its weights are stored, as in <c>Q4_K_M</c>; null when that is not known.</summary>
    public string? Quantization { get; init; }

    /// <summary>What its files tell; null when they have not been read, or cannot be.</summary>
    public ModelFacts? Facts { get; init; }

    /// <summary>Whether it was found in a folder or in the list of its engine, and is not written in the configuration.</summary>
    public bool Discovered { get; init; }

    /// <summary>Values of the placeholders a command may hold for it, by their names without braces; those it has no value for are missing. The port is not among them.</summary>
    public ImmutableDictionary<string, string> Values { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The name its engine knows it by.</summary>
    public string AskedAs
    {
        get => field ?? Id.Value;
        init;
    }

    /// <summary>How requests for it are changed.</summary>
    public RequestShape Shape { get; init; } = RequestShape.None;

    /// <summary>Whether images that a request only links to are fetched.</summary>
    public bool FetchImages { get; init; }

    /// <summary>What images and PDFs a request may hold.</summary>
    public MediaConfig Media { get; init; } = new();

    /// <summary>What has to be taken out of the text of its answers.</summary>
    public LeakPlan Leaks { get; init; } = LeakPlan.None;

    /// <summary>How its answers to OpenAI clients come piece by piece.</summary>
    public StreamingFormat StreamingFormat { get; init; }

    /// <summary>Pieces of its answers that are joined into one.</summary>
    public int StreamChunkTokens { get; init; } = 1;

    /// <summary>Tokens it generates for nobody when it has become ready.</summary>
    public int WarmUp { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Tokens of context; null leaves the engine's own default.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens of context it is served with, which may be fewer than it was trained for; null where only its engine knows: an Ollama has a default of its own.</summary>
    public int? ServedContext => ContextLength ?? (Engine.Lifecycle == Lifecycle.Ollama ? null : Facts?.ContextLength);

    /// <summary>Requests that may run on one instance at the same time (P2).</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Priority of a request that names none.</summary>
    public Priority Priority { get; init; } = Priority.Medium;

    /// <summary>Name of the pool its instances live in.</summary>
    public string Pool { get; init; } = PoolConfig.DefaultName;

    /// <summary>Bytes an instance needs, as configured; null when that is not said.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes an instance will need, as estimated from its files; null when they do not tell. Counts only where nothing is configured or measured.</summary>
    public long? MemoryEstimate { get; init; }

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

    /// <summary>What its tokens cost; null where nobody says.</summary>
    public PriceConfig? Price { get; init; }

    /// <summary>US dollars that its requests of one day may cost; null for no limit.</summary>
    public double? MaxUsdPerDay { get; init; }

    /// <summary>The most tokens an answer may have at a level of memory pressure; a level that is not named has the cap of the nearest one below that is. Empty for no caps.</summary>
    public ImmutableDictionary<PressureLevel, int> MaxTokensUnderPressure { get; init; } = ImmutableDictionary<PressureLevel, int>.Empty;
}
