using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;

namespace Lockkeeper.Server.Ingress;

/// <summary>Third step: what the engine will be sent. All slow work belongs here, before the GPU is held.</summary>
internal static class Prepare
{
    /// <summary>An engine that cannot be started at all is found out here, before another one is stopped to make room for it.</summary>
    /// <param name="resolved">The request.</param>
    /// <param name="host">Knows whether an engine can be started.</param>
    /// <param name="pressure">Asked only for a model that has caps; null for a route whose answers have no length.</param>
    /// <param name="isChat">Whether it is a chat: only those have templates, and think.</param>
    public static Checked<Prepared> Request(in Resolved resolved, IInstanceHost host, Func<ModelSpec, PressureLevel>? pressure, bool isChat = true)
    {
        var (peeked, model, priority) = resolved;
        if (host.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        var cap = pressure is null || model.MaxTokensUnderPressure.IsEmpty ? null : PressureRule.Cap(model.MaxTokensUnderPressure, pressure(model));
        if (!Edits(peeked, model, new ShapeScan.Purpose(isChat, IsGeneration: pressure is not null, model.Engine.PriorityField, cap)).Holds(out var edits, out var refused))
        {
            return refused;
        }

        if (model.Engine.Lifecycle == Lifecycle.Ollama)
        {
            edits = edits.With(new OllamaResidency(OllamaCalls.KeepAlive(model), model.ContextLength).Edits(peeked.Body.Bytes, isNative: false));
        }

        return new Prepared(model, priority, model.Shape.Streams(peeked.Facts.StreamAsked), new EngineBody(peeked.Body.Bytes, edits), edits.AreCapped ? cap : null);
    }

    /// <summary>A model that shapes nothing, as most do, costs no second look at the body.</summary>
    private static Checked<BodyEdits> Edits(in Peeked peeked, ModelSpec model, in ShapeScan.Purpose purpose) => model.Shape.IsNone
        ? BodyEdits.For(peeked.Facts, model.NameAtEngine, purpose.KeepWholePriority, purpose.Cap)
        : BodyEdits.For(peeked.Facts, peeked.Body.Bytes, model.NameAtEngine, model.Shape, purpose);
}

/// <summary>A request that is ready to be sent as soon as its model is.</summary>
/// <param name="Model">Whom it is for.</param>
/// <param name="Priority">How urgent it is.</param>
/// <param name="Stream">Whether the answer is asked for as a stream.</param>
/// <param name="Body">What the engine will be sent.</param>
/// <param name="MaxTokens">The cap on its answer that memory pressure has put there; null when none has.</param>
internal readonly record struct Prepared(ModelSpec Model, Priority Priority, bool Stream, EngineBody Body, int? MaxTokens);
