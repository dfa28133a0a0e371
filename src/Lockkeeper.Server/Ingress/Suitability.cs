using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress;

/// <summary>Whether a model can answer a route at all, as far as that is known. Found out before the queue: nothing is unloaded for a request that cannot be answered.</summary>
internal static class Suitability
{
    /// <returns>Null when it can, or may.</returns>
    public static RouterError? WhyNot(ModelSpec model, InferRoute route)
    {
        if (KindOf(route.Needs) is { } kind && !Fits(model, kind, route.Needs))
        {
            return new RouterError.ModelUnsuited(model.Id, route.Path, $"it is of type {Word.Of(model.Type)}. {Instead(model.Type)}");
        }

        // What a chat model can do beyond chatting is known from its file or its configuration, or not at all; what its engine can do bounds it.
        return Lacks(model.Engine.Capabilities, route.Needs)
            ? new RouterError.ModelUnsuited(model.Id, route.Path, $"its engine '{model.Engine.Name}' can only do {string.Join(", ", model.Engine.Capabilities.Select(Word.Of))} (engines.{model.Engine.Name}.capabilities).")
            : null;
    }

    private static bool Lacks(ImmutableArray<Capability> able, Capability needs) => !able.IsEmpty && !able.Contains(needs);

    /// <summary>The type a capability is of; null for what models of several types can do.</summary>
    private static ModelType? KindOf(Capability needs) => needs switch
    {
        Capability.Chat or Capability.Completion or Capability.Infill => ModelType.Chat,
        Capability.Embedding => ModelType.Embedding,
        Capability.Rerank => ModelType.Rerank,
        Capability.Transcription => ModelType.Transcription,
        Capability.Speech => ModelType.Speech,
        Capability.Image => ModelType.Image,
        Capability.ImageEdit => ModelType.ImageEdit,
        _ => null,
    };

    /// <summary>A chat model may embed where its engine does that with any model, and an engine of images may edit them.</summary>
    private static bool Fits(ModelSpec model, ModelType kind, Capability needs) => model.Type == kind
        || model.Capabilities.Contains(needs)
        || (model.Type == ModelType.Chat && needs == Capability.Embedding && (model.Engine.Capabilities.IsEmpty || model.Engine.Capabilities.Contains(needs)))
        || (model.Type == ModelType.Chat && model.Capabilities.IsEmpty && model.Engine.Capabilities.IsEmpty);

    private static string Instead(ModelType type) => type switch
    {
        ModelType.Chat => "Ask it on /v1/chat/completions.",
        ModelType.Embedding => "Ask it on /v1/embeddings.",
        ModelType.Rerank => "Ask it on /v1/rerank.",
        ModelType.Transcription => "Ask it on /v1/audio/transcriptions.",
        ModelType.Speech => "Ask it on /v1/audio/speech.",
        ModelType.Image => "Ask it on /v1/images/generations.",
        _ => "Ask it on /v1/images/edits.",
    };
}
