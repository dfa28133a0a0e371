using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Models;
using static Lockkeeper.Core.ModelFiles.GgufHeader;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>From the headers of a GGUF model to what they tell of it.</summary>
internal static class GgufFacts
{
    private const long RankPooling = 4;

    private static readonly FrozenSet<string> Embedders = FrozenSet.Create(
        StringComparer.Ordinal, "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert", "eurobert", "gemma-embedding", "t5encoder");

    /// <summary>Of how many layers one looks at the whole context, where llama.cpp knows that and the file does not say it.</summary>
    private static readonly FrozenDictionary<string, int> KnownPatterns = new (string Architecture, int Every)[]
    {
        ("gemma2", 2), ("gemma3", 6), ("gpt-oss", 2), ("cohere2", 4), ("exaone4", 4),
    }.ToFrozenDictionary(known => known.Architecture, known => known.Every, StringComparer.Ordinal);

    /// <summary>Why the file is not a model that can be asked, although it is a sound GGUF file; null when it is one.</summary>
    public static string? Refuse(GgufHeader header) =>
        IsProjector(header) ? "it is a projector, which belongs to a model"
        : header.Text(Keys.Kind) is { } kind and not "model" ? $"it holds no model, but says '{kind}' of itself"
        : header.TensorCount == 0 && header.Number(Keys.SplitCount) is null ? "it holds no tensors"
        : header.Text(Keys.Architecture) is null ? "it does not say its architecture"
        : null;

    /// <summary>Whether it is what lets a model see or hear, and no model of its own.</summary>
    public static bool IsProjector(GgufHeader header) => header.Text(Keys.Architecture) == "clip" || header.Text(Keys.Kind) == "mmproj";

    /// <param name="shards">The headers of all shards; the first tells what the model is.</param>
    /// <param name="projector">That of the projector; null for none.</param>
    /// <param name="bytes">Of all the files.</param>
    public static ModelFacts Of(IReadOnlyList<GgufHeader> shards, GgufHeader? projector, long bytes)
    {
        var header = shards[0];
        var architecture = header.Text(Keys.Architecture);
        var template = header.Text(Keys.Template);
        var type = TypeOf(header, architecture);
        return new ModelFacts
        {
            Format = ModelFormat.Gguf,
            Architecture = architecture,
            Name = header.Text(Keys.Name),
            ContextLength = Whole(header.Number(Keys.Context)),
            Parameters = shards.Sum(shard => shard.Parameters),
            Quantization = GgmlType.FileType(header.Number(Keys.FileType)) ?? shards.OrderByDescending(shard => shard.Parameters).First().MainType,
            ChatTemplate = template,
            Type = type,
            Capabilities = Capabilities(type, template, projector?.Number(Keys.Vision) > 0, (header.Number(Keys.FillInPrefix) ?? header.Number(Keys.FillInPrefixOld)) is not null),
            Audio = projector?.Number(Keys.Audio) > 0,
            EmbeddingLength = Whole(header.Number(Keys.Embedding)),
            VocabularySize = Whole(header.Number(Keys.Vocabulary)) ?? header.Tokens,
            Attention = Attention(header, architecture),
            Bytes = bytes,
        };
    }

    /// <summary>What a model of that type can do, its template and its projector being what they are.</summary>
    internal static ImmutableArray<Capability> Capabilities(ModelType type, string? template, bool vision, bool infill)
    {
        var traits = template is null ? default : TemplateTraits.Of(template);
        return type switch
        {
            ModelType.Chat =>
            [
                Capability.Chat, Capability.Completion, Capability.Tokenize,
                .. vision ? [Capability.Vision] : Array.Empty<Capability>(),
                .. traits.Tools ? [Capability.Tools] : Array.Empty<Capability>(),
                .. traits.Thinking ? [Capability.Thinking] : Array.Empty<Capability>(),
                .. infill ? [Capability.Infill] : Array.Empty<Capability>(),
            ],
            ModelType.Embedding => [Capability.Embedding, Capability.Tokenize],
            ModelType.Rerank => [Capability.Rerank, Capability.Tokenize],
            ModelType.Transcription => [Capability.Transcription],
            _ => [],
        };
    }

    private static ModelType TypeOf(GgufHeader header, string? architecture) => header.Number(Keys.Pooling) switch
    {
        RankPooling => ModelType.Rerank,
        > 0 and < RankPooling => ModelType.Embedding,
        _ => architecture is not null && Embedders.Contains(architecture) ? ModelType.Embedding : ModelType.Chat,
    };

    private static AttentionShape? Attention(GgufHeader header, string? architecture)
    {
        if (Whole(header.Number(Keys.Blocks)) is not { } layers || layers > 4096 || header.Many(Keys.Heads) is not [var firstHeads, ..] || Whole(firstHeads) is not { } heads)
        {
            return null;
        }

        var kvHeads = header.Many(Keys.KvHeads) is { Count: > 0 } given ? given : header.Many(Keys.Heads);
        var natural = Whole(header.Number(Keys.Embedding)) / heads;
        if ((Whole(header.Number(Keys.KeyLength)) ?? natural) is not { } key || (Whole(header.Number(Keys.ValueLength)) ?? natural) is not { } value)
        {
            return null;
        }

        var window = Whole(header.Number(Keys.Window));
        long full = 0, sliding = 0;
        for (var layer = 0; layer < layers; layer++)
        {
            var own = Math.Clamp(kvHeads[Math.Min(layer, kvHeads.Count - 1)], 0, 65_536);
            if (window is not null && Slides(header.Many(Keys.WindowPattern), architecture, layer))
            {
                sliding += own;
            }
            else
            {
                full += own;
            }
        }

        return new AttentionShape { Layers = layers, FullHeads = full, SlidingHeads = sliding, SlidingWindow = window, KeyLength = key, ValueLength = value };
    }

    private static bool Slides(IReadOnlyList<long> pattern, string? architecture, int layer) => pattern switch
    {
        { Count: > 1 } => layer < pattern.Count && pattern[layer] != 0,
        [> 1 and var every] => (layer + 1) % every != 0,
        _ => architecture is not null && KnownPatterns.TryGetValue(architecture, out var known) && (layer + 1) % known != 0,
    };

    private static int? Whole(long? number) => number is > 0 and <= int.MaxValue ? (int)number : null;
}
