using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>What was asked of a machine, and what its models cost: all a policy can be judged by.</summary>
/// <param name="Models">The model table; every request names one of them.</param>
/// <param name="Requests">In the order of arrival.</param>
internal sealed record Trace(ImmutableArray<TraceModel> Models, ImmutableArray<TraceRequest> Requests);

/// <summary>What a model costs.</summary>
internal sealed record TraceModel(ModelId Id)
{
    /// <summary>From the order to start until it answers.</summary>
    public TimeSpan Load { get; init; }

    /// <summary>From the order to stop until its memory is back.</summary>
    public TimeSpan Free { get; init; }

    /// <summary>Bytes it holds while it is loaded; null when unknown, which only an exclusive pool allows.</summary>
    public long? Footprint { get; init; }

    /// <summary>Requests it serves at the same time, at least 1.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Tokens of an answer per second; null when every request tells its time itself.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Tokens of a prompt per second; null when reading a prompt costs nothing worth telling.</summary>
    public double? PromptTokensPerSecond { get; init; }

    /// <summary>Whether it is not to make room for another.</summary>
    public bool Pinned { get; init; }

    /// <summary>Whether it has been loaded for long when the trace begins.</summary>
    public bool Resident { get; init; }
}

/// <summary>One request.</summary>
/// <param name="At">When it arrives, from the beginning of the trace.</param>
/// <param name="Model">Which model it asks for.</param>
/// <param name="Priority">How urgent it is.</param>
internal sealed record TraceRequest(TimeSpan At, ModelId Model, Priority Priority)
{
    /// <summary>Name of the API key it came with; empty for none.</summary>
    public string Key { get; init; } = "";

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    /// <summary>How long it holds its slot; null to work it out from its tokens and the model's speed.</summary>
    public TimeSpan? Service { get; init; }

    /// <summary>How long it holds a slot of that model.</summary>
    public TimeSpan ServiceOn(TraceModel model) => Service ?? TimeSpan.FromSeconds(
        (model.PromptTokensPerSecond is { } reading ? PromptTokens / reading : 0) + (model.TokensPerSecond is { } writing ? CompletionTokens / writing : 0));
}
