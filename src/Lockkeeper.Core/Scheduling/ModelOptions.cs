using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>What the scheduler must know of a model.</summary>
/// <param name="Id">The model.</param>
/// <param name="Pool">Name of the pool its instances live in.</param>
internal sealed record ModelOptions(ModelId Id, string Pool)
{
    /// <summary>Requests that may run on one instance at the same time, at least 1.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>The engine it is loaded into, when that may hold other models too; null for an engine of its own.</summary>
    public string? Engine { get; init; }

    /// <summary>Whether an instance is never evicted for another model, nor stopped for being idle.</summary>
    public bool Pinned { get; init; }

    /// <summary>Whether the engine runs anyway: resident for ever, never started and never stopped. To start it means to watch it, to stop it means to look away.</summary>
    public bool Attached { get; init; }

    /// <summary>Idle time after which an instance is stopped; null for never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Bytes an instance needs, as configured or estimated; counts until a footprint has been measured. Null when unknown: then it runs alone the first time.</summary>
    public long? Memory { get; init; }
}
