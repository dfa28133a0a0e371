using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>What the files of a model tell of it, or the engine that keeps them. What they do not tell is null or empty: nothing here is guessed from a name.</summary>
internal sealed record ModelFacts
{
    public required ModelFormat Format { get; init; }

    /// <summary>As the files call it: <c>llama</c>, <c>qwen3</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>What its makers call it.</summary>
    public string? Name { get; init; }

    /// <summary>Tokens of context it was trained for.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Weights, counted by the shapes of the tensors.</summary>
    public long? Parameters { get; init; }

    /// <summary>How the weights are stored: <c>Q4_K_M</c>, <c>4bit</c>, <c>BF16</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>Its chat template, in Jinja.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>What it is for.</summary>
    public ModelType Type { get; init; }

    /// <summary>What it can do.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];

    /// <summary>Whether it hears.</summary>
    public bool Audio { get; init; }

    /// <summary>Length of the vector of a token.</summary>
    public int? EmbeddingLength { get; init; }

    /// <summary>Tokens of its vocabulary.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>What a token of context costs.</summary>
    public AttentionShape? Attention { get; init; }

    /// <summary>Bytes of all its files: every shard, and the projector.</summary>
    public long Bytes { get; init; }

    /// <summary>Hash of all of it, where somebody has one at hand; null for none.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was changed last, where somebody says so.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The family of its chat template, by the marks in it; null for none.</summary>
    public string? TemplateName => ChatTemplate is { } template ? TemplateTraits.Of(template).Name : null;
}
