using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Engines;

/// <summary>What an Ollama tells of one of its models in the list of them (<c>/api/tags</c>).</summary>
/// <param name="Digest">Hash of what the model is made of: the same model under another name has the same.</param>
internal sealed record OllamaCard(string Digest)
{
    private const int LongestDigest = 128;

    public DateTimeOffset? Modified { get; init; }

    public string? Format { get; init; }

    public string? Family { get; init; }

    /// <summary>Weights, as Ollama has rounded them.</summary>
    public long? Parameters { get; init; }

    /// <summary>What it can do; null while that is not known.</summary>
    public OllamaAbilities? Abilities { get; init; }

    /// <returns>Null for an entry that is none of Ollama's.</returns>
    public static OllamaCard? Of(JsonElement entry) => JsonMember.Find(entry, "digest") is { ValueKind: JsonValueKind.String } hash && hash.GetString() is { Length: > 0 and <= LongestDigest } digest && JsonMember.Find(entry, "details") is not null
        ? new OllamaCard(digest)
        {
            Modified = JsonMember.Find(entry, "modified_at") is { ValueKind: JsonValueKind.String } time && time.TryGetDateTimeOffset(out var modified) ? modified : null,
            Format = Text(entry, "details.format"),
            Family = Text(entry, "details.family"),
            Parameters = Count(Text(entry, "details.parameter_size")),
        }
        : null;

    /// <summary>The same as a file would tell it.</summary>
    /// <param name="bytes">Of its files.</param>
    /// <param name="quantization">How its weights are stored.</param>
    public ModelFacts ToFacts(long? bytes, string? quantization) => new()
    {
        Format = Format == "gguf" ? ModelFormat.Gguf : ModelFormat.Hub,
        Architecture = Abilities?.Architecture ?? Family,
        Parameters = Abilities?.Parameters ?? Parameters,
        ContextLength = Abilities?.ContextLength,
        EmbeddingLength = Abilities?.EmbeddingLength,
        Capabilities = Abilities?.Capabilities ?? [],
        Quantization = quantization,
        Bytes = bytes ?? 0,
        Digest = Digest,
        Modified = Modified,
    };

    /// <summary><c>8.2B</c>, <c>334.09M</c>, <c>512K</c>; null for anything else.</summary>
    private static long? Count(string? rounded)
    {
        var (number, scale) = rounded switch
        {
            [.. var of, 'B'] => (of, 1e9),
            [.. var of, 'M'] => (of, 1e6),
            [.. var of, 'K'] => (of, 1e3),
            _ => (rounded ?? "", 1),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * scale < 1e15 ? (long)Math.Round(count * scale) : null;
    }

    private static string? Text(JsonElement entry, string member) => JsonMember.Find(entry, member) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } said ? said : null;
}

/// <summary>What an Ollama tells of one model when it is asked for it (<c>/api/show</c>). Two are the same only if they are one: it is kept by the model's digest.</summary>
internal sealed class OllamaAbilities
{
    /// <summary>Empty for an older Ollama, which does not say.</summary>
    public ImmutableArray<Capability> Capabilities { get; private init; } = [];

    /// <summary>Whether it turns texts into vectors, and does nothing else.</summary>
    public bool OnlyEmbeds => Capabilities is [Capability.Embedding];

    public string? Architecture { get; private init; }

    public long? Parameters { get; private init; }

    /// <summary>Tokens of context it was trained for.</summary>
    public int? ContextLength { get; private init; }

    public int? EmbeddingLength { get; private init; }

    public static OllamaAbilities Of(JsonElement answer)
    {
        var info = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("model_info", out var told) && told.ValueKind == JsonValueKind.Object ? told : default;
        var architecture = info.ValueKind == JsonValueKind.Object && info.TryGetProperty("general.architecture", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        return new OllamaAbilities
        {
            Capabilities = [.. Words(answer).SelectMany(word => CapabilitiesOf(word)).Distinct()],
            Architecture = architecture,
            Parameters = Number(info, "general.parameter_count"),
            ContextLength = Length(info, $"{architecture}.context_length"),
            EmbeddingLength = Length(info, $"{architecture}.embedding_length"),
        };
    }

    private static IEnumerable<string> Words(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("capabilities", out var words) && words.ValueKind == JsonValueKind.Array
            ? words.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!)
            : [];

    private static ImmutableArray<Capability> CapabilitiesOf(string word) => word switch
    {
        "completion" => [Capability.Chat, Capability.Completion],
        "tools" => [Capability.Tools],
        "vision" => [Capability.Vision],
        "thinking" => [Capability.Thinking],
        "insert" => [Capability.Infill],
        "embedding" => [Capability.Embedding],
        _ => [],
    };

    private static int? Length(JsonElement info, string name) => Number(info, name) is { } number and <= int.MaxValue ? (int)number : null;

    private static long? Number(JsonElement info, string name) =>
        info.ValueKind == JsonValueKind.Object && info.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number > 0 ? number : null;
}
