using System.Collections.Immutable;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Core.Models;

/// <summary>How an engine is started or reached, found ready, and freed; presets already expanded.</summary>
internal sealed record EngineSpec
{
    /// <summary>Its key in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Name of its preset; null for one of one's own.</summary>
    public string? Preset { get; init; }

    /// <summary>How it is brought up and freed.</summary>
    public Lifecycle Lifecycle { get; init; } = Lifecycle.Process;

    /// <summary>Where it runs; null for a process that is given a port of its own at each start.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether its API has a field <c>priority</c> of its own, so that whole numbers in it are left in the request.</summary>
    public bool PriorityField { get; init; }

    /// <summary>Program and arguments, empty for an engine that is not started as a process; each may hold placeholders.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>What is started while the program of <see cref="Command"/> is not installed; null for nothing.</summary>
    public EngineFallback? Fallback { get; init; }

    /// <summary>Kinds of model it loads; empty where that is not known.</summary>
    public ImmutableArray<ModelFormat> Loads { get; init; } = [];

    /// <summary>Variables added to (or, with a null value, removed from) the environment the engine inherits.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>Folder the process starts in; null for Lockkeeper's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The systemd unit it runs as; null for none.</summary>
    public string? Unit { get; init; }

    /// <summary>Whose systemd that is.</summary>
    public UnitScope UnitScope { get; init; }

    /// <summary>The key it wants of us; null for none.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>Headers of control calls, values fetched.</summary>
    public ImmutableDictionary<string, Secret> ControlHeaders { get; init; } = ImmutableDictionary<string, Secret>.Empty;

    /// <summary>What ready means.</summary>
    public ReadyRule Ready { get; init; } = new();

    /// <summary>How its process is asked to end.</summary>
    public StopConfig Stop { get; init; } = new();

    /// <summary>Loads a model into it; null where there is no such call.</summary>
    public ControlCallConfig? Load { get; init; }

    /// <summary>Unloads a model from it; null where there is no such call.</summary>
    public ControlCallConfig? Unload { get; init; }

    /// <summary>How it tells what it has; null where it does not.</summary>
    public ListConfig? List { get; init; }

    /// <summary>APIs it speaks natively.</summary>
    public ImmutableArray<EngineDialect> Dialects { get; init; } = [EngineDialect.Openai];

    /// <summary>Whether that is only assumed: neither its preset nor the configuration says it, so it is asked when it is ready.</summary>
    public bool DialectsAreAssumed { get; init; }

    /// <summary>What it can do; empty for everything its models can.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];

    /// <summary>Whether it is put to sleep and woken instead of being stopped and started.</summary>
    public bool Sleep { get; init; }

    /// <summary>Whether it may look healthy while it is dead.</summary>
    public bool HealthLies { get; init; }

    /// <summary>Models that may be loaded in it at the same time; null for as many as the pool holds. A process holds its one.</summary>
    public int? MaxLoaded { get; init; }

    /// <summary>From start to ready; past it the start has failed.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From the polite request to stop to SIGKILL.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Absolute path of the file its output is appended to; null for none.</summary>
    public string? LogFile { get; init; }
}
