using System.Collections.Immutable;

namespace Lockkeeper.Core.Models;

/// <summary>How an engine's process is started, found ready, and stopped; presets already expanded.</summary>
internal sealed record EngineSpec
{
    /// <summary>Its key in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>How it is brought up and freed.</summary>
    public Lifecycle Lifecycle { get; init; } = Lifecycle.Process;

    /// <summary>Where an attached engine runs; null for one that is given a port of its own at each start.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether its API has a field <c>priority</c> of its own, so that whole numbers in it are left in the request.</summary>
    public bool PriorityField { get; init; }

    /// <summary>Program and arguments, empty for an attached engine; each may hold the placeholders <c>{path} {port} {id} {context_length}</c>.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Variables added to (or, with a null value, removed from) the environment the engine inherits.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>Folder the process starts in; null for Lockkeeper's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Path whose 2xx answer means ready.</summary>
    public string ReadyPath { get; init; } = "/health";

    /// <summary>From start to ready; past it the start has failed.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From SIGTERM to SIGKILL.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
