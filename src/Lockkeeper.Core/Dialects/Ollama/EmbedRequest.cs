using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>A request for embeddings in Ollama's dialect, to be asked for at <c>/v1/embeddings</c>.</summary>
/// <param name="Model">By the name the client used.</param>
/// <param name="Input">A text or an array of texts, as JSON; null for none, which loads the model or unloads it.</param>
/// <param name="IsOld">Whether it came to <c>/api/embeddings</c>, which has one prompt and one answer.</param>
internal sealed record EmbedRequest(string Model, string? Input, bool IsOld)
{
    /// <summary>How many numbers an embedding has; null for as many as the model makes.</summary>
    public long? Dimensions { get; init; }

    public OllamaKeepAlive? KeepAlive { get; init; }

    /// <summary>Reads a request to <c>/api/embed</c>.</summary>
    public static Checked<EmbedRequest> Read(in ReadOnlySequence<byte> body) => RequestFields.Read(body, static (root, fields) =>
        new EmbedRequest(Named(root, fields), Texts(root, fields), IsOld: false) { Dimensions = fields.Integer(root, "dimensions"), KeepAlive = OllamaKeepAlive.Read(root, fields) });

    /// <summary>Reads a request to <c>/api/embeddings</c>.</summary>
    public static Checked<EmbedRequest> ReadOld(in ReadOnlySequence<byte> body) => RequestFields.Read(body, static (root, fields) =>
        new EmbedRequest(Named(root, fields), fields.Text(root, "prompt") is { Length: > 0 } ? root.GetProperty("prompt").GetRawText() : null, IsOld: true) { KeepAlive = OllamaKeepAlive.Read(root, fields) });

    /// <summary>Writes the request to <c>/v1/embeddings</c>.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        json.WriteString("model"u8, Model);
        json.WritePropertyName("input"u8);
        json.WriteRawValue(Input ?? "[]", skipInputValidation: true);
        json.WriteString("encoding_format"u8, "float"u8);
        if (Dimensions is { } dimensions)
        {
            json.WriteNumber("dimensions"u8, dimensions);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the answer of <c>/v1/embeddings</c> in this dialect.</summary>
    /// <exception cref="InvalidDataException">It is no such answer; the message says what it is, for people.</exception>
    public void WriteAnswer(ReadOnlySpan<byte> answer, AnswerNaming naming, AnswerClock clock, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(answer);
        using var document = ParseOrThrow(ref reader);
        var embeddings = Embeddings(document.RootElement);
        using var json = PieceWriter.For(output);
        json.WriteStartObject();
        if (IsOld)
        {
            json.WritePropertyName("embedding"u8);
            json.WriteRawValue(embeddings is [var only, ..] ? only : "[]", skipInputValidation: true);
            json.WriteEndObject();
            return;
        }

        json.WriteString("model"u8, naming.Model);
        json.WriteStartArray("embeddings"u8);
        foreach (var embedding in embeddings)
        {
            json.WriteRawValue(embedding, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteNumber("total_duration"u8, clock.Total.Ticks * OllamaLines.NanosecondsPerTick);
        json.WriteNumber("load_duration"u8, clock.Load.Ticks * OllamaLines.NanosecondsPerTick);
        if (document.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty("prompt_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Number)
        {
            json.WriteNumber("prompt_eval_count"u8, tokens.GetInt64());
        }

        json.WriteEndObject();
    }

    private static string Named(JsonElement root, RequestFields fields) => fields.Required(root, "model", "model") is { } named ? fields.TextOf(named, "model") ?? "" : "";

    private static string? Texts(JsonElement root, RequestFields fields)
    {
        switch (RequestFields.Find(root, "input"))
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.String } text:
                return fields.TextOf(text, "input") is { Length: > 0 } ? text.GetRawText() : null;
            case { ValueKind: JsonValueKind.Array } texts:
                foreach (var (item, path) in RequestFields.ItemsOf(texts, "input"))
                {
                    fields.TextOf(item, path);
                }

                return texts.GetArrayLength() > 0 ? texts.GetRawText() : null;
            case { } other:
                fields.Fail("input", $"must be a string or an array of strings, not {RequestFields.Describe(other)}.");
                return null;
        }
    }

    private static JsonDocument ParseOrThrow(ref Utf8JsonReader reader)
    {
        try
        {
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            throw new InvalidDataException("an answer that is not JSON");
        }
    }

    /// <summary>The arrays of numbers, in the order of the texts.</summary>
    private static List<string> Embeddings(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("data", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("an answer without 'data'");
        }

        return
        [
            .. list.EnumerateArray().Index()
                .OrderBy(static item => item.Item.TryGetProperty("index", out var place) && place.TryGetInt32(out var index) ? index : item.Index)
                .Select(static item => item.Item.TryGetProperty("embedding", out var embedding) && embedding.ValueKind == JsonValueKind.Array
                    ? embedding.GetRawText()
                    : throw new InvalidDataException("an answer with an embedding that is no array of numbers")),
        ];
    }
}
