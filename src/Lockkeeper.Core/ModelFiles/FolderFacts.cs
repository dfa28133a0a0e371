using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>From the files of a folder of safetensors to what they tell of the model.</summary>
internal static class FolderFacts
{
    private const int MostLayers = 4096;
    private const string OfSequences = "ForSequenceClassification";

    private static readonly FrozenSet<string> Embedders = FrozenSet.Create(
        StringComparer.Ordinal, "bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "modernbert", "nomic_bert", "new", "gte", "camembert", "electra", "deberta-v2", "eurobert", "gemma3_text_embedding");

    private static readonly FrozenSet<string> Listeners = FrozenSet.Create(StringComparer.Ordinal, "whisper", "parakeet", "voxtral_asr");

    /// <param name="config"><c>config.json</c>.</param>
    /// <param name="shards">The headers of all files with weights.</param>
    /// <param name="chatTemplate">As found beside; null for none.</param>
    /// <param name="isSentenceTransformer">Whether the files of a sentence transformer lie beside.</param>
    /// <param name="bytes">Of all the files with weights.</param>
    public static ModelFacts Of(JsonElement config, IReadOnlyList<SafetensorsHeader> shards, string? chatTemplate, bool isSentenceTransformer, long bytes)
    {
        try
        {
            return Tell(config, shards, chatTemplate, isSentenceTransformer, bytes);
        }
        catch (InvalidOperationException)
        {
            // A name in it is half a character, written as an escape; such a file tells nothing.
            return new ModelFacts { Format = ModelFormat.Safetensors, Bytes = bytes };
        }
    }

    private static ModelFacts Tell(JsonElement config, IReadOnlyList<SafetensorsHeader> shards, string? chatTemplate, bool isSentenceTransformer, long bytes)
    {
        // Models that see keep what concerns the text in a section of its own.
        var text = Section(config, "text_config") ?? Section(config, "llm_config") ?? config;
        var quantization = Section(config, "quantization") ?? Section(config, "quantization_config");
        var bits = Whole(quantization, "bits") ?? (Truth(quantization, "load_in_4bit") ? 4 : null);
        var type = TypeOf(config, isSentenceTransformer);
        return new ModelFacts
        {
            Format = shards.Any(shard => shard.IsMlx) || Section(config, "quantization") is not null ? ModelFormat.Mlx : ModelFormat.Safetensors,
            Architecture = Word(config, "model_type") ?? Architecture(config),
            Name = Word(config, "_name_or_path") is { } name && !name.AsSpan().ContainsAny('\\', '~') && !name.StartsWith('/') ? name : null,
            ContextLength = Whole(text, "max_position_embeddings") ?? Whole(text, "n_positions") ?? Whole(config, "max_position_embeddings") ?? Whole(text, "max_seq_len"),
            Parameters = shards.Sum(shard => shard.Elements.Sum(elements => Weights(elements.Key, elements.Value, bits))) is > 0 and var parameters ? parameters : null,
            Quantization = Quantization(quantization, bits) ?? shards.SelectMany(shard => shard.Elements).GroupBy(one => one.Key).MaxBy(one => one.Sum(elements => elements.Value))?.Key,
            ChatTemplate = chatTemplate,
            Type = type,
            Capabilities = GgufFacts.Capabilities(type, chatTemplate, type == ModelType.Chat && Section(config, "vision_config") is not null, infill: false),
            Audio = Section(config, "audio_config") is not null,
            EmbeddingLength = Whole(text, "hidden_size") ?? Whole(text, "n_embd") ?? Whole(text, "d_model"),
            VocabularySize = Whole(text, "vocab_size") ?? Whole(config, "vocab_size"),
            Attention = Attention(text),
            Bytes = bytes,
        };
    }

    /// <summary>Quantized weights are packed, several to a number of their tensor.</summary>
    private static long Weights(string type, long elements, int? bits)
    {
        var packed = type switch
        {
            "U32" or "I32" => 32,
            "U8" => 8,
            _ => 0,
        };
        return bits is { } width and > 0 && packed > width ? elements * packed / width : elements;
    }

    private static string? Quantization(JsonElement? section, int? bits)
    {
        var method = Word(section, "quant_method") is { } named ? named.ToUpperInvariant() : null;
        var width = bits is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known}bit") : null;
        return (method, width) switch
        {
            (null, _) => width,
            (_, null) => method,
            _ => $"{method}-{width}",
        };
    }

    private static ModelType TypeOf(JsonElement config, bool isSentenceTransformer) =>
        Architecture(config)?.EndsWith(OfSequences, StringComparison.Ordinal) == true ? ModelType.Rerank
        : Word(config, "model_type") is { } type && Listeners.Contains(type) ? ModelType.Transcription
        : isSentenceTransformer || (Word(config, "model_type") is { } known && Embedders.Contains(known)) ? ModelType.Embedding
        : ModelType.Chat;

    private static AttentionShape? Attention(JsonElement text)
    {
        if ((Whole(text, "num_hidden_layers") ?? Whole(text, "n_layer")) is not { } layers || layers > MostLayers || (Whole(text, "num_attention_heads") ?? Whole(text, "n_head")) is not { } heads)
        {
            return null;
        }

        // Latent attention keeps one compressed vector for all heads, and the rotated part of the key.
        if (Whole(text, "kv_lora_rank") is { } latent)
        {
            return new AttentionShape { Layers = layers, FullHeads = layers, KeyLength = latent + (Whole(text, "qk_rope_head_dim") ?? 0), ValueLength = 0 };
        }

        if ((Whole(text, "head_dim") ?? Whole(text, "hidden_size") / heads ?? Whole(text, "n_embd") / heads) is not { } length)
        {
            return null;
        }

        long kvHeads = Math.Min(Whole(text, "num_key_value_heads") ?? heads, 65_536);
        var window = Whole(text, "sliding_window");
        var types = LayerTypes(text);
        long full = 0, sliding = 0;
        for (var layer = 0; layer < layers; layer++)
        {
            switch (KindOf(text, types, layer, window))
            {
                case LayerKind.Full: full += kvHeads; break;
                case LayerKind.Sliding: sliding += kvHeads; break;
            }
        }

        return new AttentionShape { Layers = layers, FullHeads = full, SlidingHeads = sliding, SlidingWindow = window, KeyLength = length, ValueLength = length };
    }

    private static IReadOnlyList<string?> LayerTypes(JsonElement text) => text.TryGetProperty("layer_types", out var types) && types.ValueKind == JsonValueKind.Array
        ? [.. types.EnumerateArray().Take(MostLayers).Select(type => type.ValueKind == JsonValueKind.String ? Short(type) : null)]
        : [];

    /// <summary>A window alone says nothing: many models name one that no layer uses.</summary>
    private static LayerKind KindOf(JsonElement text, IReadOnlyList<string?> types, int layer, int? window) => layer < types.Count
        ? types[layer] switch
        {
            "sliding_attention" when window is not null => LayerKind.Sliding,
            "linear_attention" => LayerKind.Recurrent,
            _ => LayerKind.Full,
        }
        : window is not null && Whole(text, "sliding_window_pattern") is > 1 and var every && (layer + 1) % every != 0 ? LayerKind.Sliding : LayerKind.Full;

    private static string? Architecture(JsonElement config) =>
        config.TryGetProperty("architectures", out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0 && all[0].ValueKind == JsonValueKind.String ? Short(all[0]) : null;

    private static JsonElement? Section(JsonElement of, string name) => of.TryGetProperty(name, out var section) && section.ValueKind == JsonValueKind.Object ? section : null;

    private static string? Word(JsonElement? of, string name) => of is { } some && some.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Short(value) : null;

    private static int? Whole(JsonElement? of, string name) =>
        of is { } some && some.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 ? number : null;

    private static bool Truth(JsonElement? of, string name) => of is { } some && some.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A text that names something; null for one that cannot, or is broken.</summary>
    private static string? Short(JsonElement value)
    {
        try
        {
            return value.GetString() is { Length: > 0 and <= 200 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a character, written as an escape
        }
    }

    private enum LayerKind
    {
        Full,
        Sliding,
        Recurrent,
    }
}
