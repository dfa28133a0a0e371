using System.Collections.Immutable;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>What came of a trace under one rule.</summary>
/// <param name="Policy">The rule.</param>
/// <param name="Requests">Every request, in the order of arrival.</param>
/// <param name="Residencies">Every run of an engine that was ready, in the order of becoming so.</param>
internal sealed record SimulationResult(PolicyKind Policy, ImmutableArray<SimulatedRequest> Requests, ImmutableArray<Residency> Residencies)
{
    /// <summary>Engines started.</summary>
    public int Loads { get; init; }

    /// <summary>Engines stopped to make room for another.</summary>
    public int Swaps { get; init; }

    /// <summary>How long at least one request was being served.</summary>
    public TimeSpan Busy { get; init; }

    /// <summary>From the beginning of the trace until nothing happened any more.</summary>
    public TimeSpan Span { get; init; }

    /// <summary>Share of <see cref="Span"/> that was <see cref="Busy"/>; 0 of nothing.</summary>
    public double BusyShare => Span > TimeSpan.Zero ? Busy / Span : 0;

    /// <summary>Requests that waited longer than <c>max_wait</c> of their priority.</summary>
    public int Overdue => Requests.Count(request => !(request.Wait <= SchedulerOptions.DefaultMaxWait[request.Asked.Priority]));

    /// <summary>Requests that waited longer than promised.</summary>
    public int MissedBounds { get; init; }
}

/// <summary>What became of a request.</summary>
/// <param name="Asked">The request.</param>
/// <param name="Service">How long it held, or would have held, its slot.</param>
internal sealed record SimulatedRequest(TraceRequest Asked, TimeSpan Service)
{
    /// <summary>When it got its slot, from the beginning of the trace; null for never.</summary>
    public TimeSpan? Granted { get; init; }

    /// <summary>Which residency served it, as an index; null for none.</summary>
    public int? Residency { get; init; }

    /// <summary>From its arrival until it got a slot; null for ever.</summary>
    public TimeSpan? Wait => Granted - Asked.At;
}

/// <summary>The time a model was ready.</summary>
/// <param name="Model">The model.</param>
/// <param name="Ready">Since when, from the beginning of the trace.</param>
internal sealed record Residency(TraceModel Model, TimeSpan Ready);
