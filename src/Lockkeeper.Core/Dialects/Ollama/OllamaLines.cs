using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>The parts that all of Ollama's answers have in common, be they a line of a stream or all of it.</summary>
internal static class OllamaLines
{
    /// <summary>Ollama writes times with as many digits as they have.</summary>
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    public const long NanosecondsPerTick = 100;

    /// <summary>Answers a request to load a model, or to unload it.</summary>
    public static void WriteLoad(OllamaRequest.Wish request, AnswerNaming naming, AnswerClock clock, IBufferWriter<byte> output)
    {
        using var json = PieceWriter.For(output);
        if (request.Surface is OllamaSurface.Embed or OllamaSurface.OldEmbed)
        {
            NoEmbedding(json, request, naming);
            return;
        }

        Begin(json, naming, clock);
        if (request.Surface == OllamaSurface.Chat)
        {
            BeginMessage(json);
            json.WriteString("content"u8, ""u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("response"u8, ""u8);
        }

        json.WriteBoolean("done"u8, true);
        json.WriteString("done_reason"u8, request is OllamaRequest.Unload ? "unload"u8 : "load"u8);
        json.WriteEndObject();
    }

    /// <summary>Clients read the embeddings of no text like any others, and are told of nothing else.</summary>
    private static void NoEmbedding(Utf8JsonWriter json, OllamaRequest.Wish request, AnswerNaming naming)
    {
        json.WriteStartObject();
        if (request.Surface == OllamaSurface.Embed)
        {
            json.WriteString("model"u8, naming.Model);
        }

        json.WriteStartArray(request.Surface == OllamaSurface.Embed ? "embeddings"u8 : "embedding"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes what was said, under the name that it has there, and all else that came.</summary>
    public static void Said(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<char> text, ReadOnlySpan<char> thought, ReadOnlySpan<GatheredCall> calls)
    {
        json.WritePiece(name, text);
        if (!thought.IsEmpty)
        {
            json.WritePiece("thinking"u8, thought);
        }

        if (calls.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            ToolCall(json, call);
        }

        json.WriteEndArray();
    }

    public static void Begin(Utf8JsonWriter json, AnswerNaming naming, AnswerClock clock)
    {
        Span<char> time = stackalloc char[Rfc3339.Length];
        (naming.Began + clock.Total).UtcDateTime.TryFormat(time, out var length, Rfc3339, CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("model"u8, naming.Model);
        json.WriteString("created_at"u8, time[..length]);
    }

    public static void BeginMessage(Utf8JsonWriter json)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
    }

    /// <summary>Writes how the answer ended and what it took, and closes the object.</summary>
    /// <param name="json">Inside of the object.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="clock">Times that no engine knows.</param>
    /// <param name="begun">When the engine had begun to answer, by the clock: most engines do not say how long they took.</param>
    public static void End(Utf8JsonWriter json, in AnswerEnd end, AnswerClock clock, TimeSpan begun)
    {
        var total = clock.Total;
        json.WriteBoolean("done"u8, true);
        json.WriteString("done_reason"u8, end.Finish == AnswerFinish.Length ? "length"u8 : "stop"u8);
        Duration(json, "total_duration"u8, total);
        Duration(json, "load_duration"u8, clock.Load);
        if (end.Usage is { } prompt)
        {
            json.WriteNumber("prompt_eval_count"u8, prompt.Prompt);
        }

        if (end.Timings is { } timings)
        {
            Duration(json, "prompt_eval_duration"u8, timings.Prompt);
        }

        if (end.Usage is { } answer)
        {
            json.WriteNumber("eval_count"u8, answer.Completion);
        }

        Duration(json, "eval_duration"u8, end.Timings?.Generation ?? total - begun);
        json.WriteEndObject();
    }

    public static void ToolCall(Utf8JsonWriter json, GatheredCall call)
    {
        json.WriteStartObject();
        if (call.Id.Length > 0)
        {
            json.WriteString("id"u8, call.Id);
        }

        json.WriteStartObject("function"u8);
        json.WriteNumber("index"u8, call.Index);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("arguments"u8);
        json.WriteRawValue(call.Arguments, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Duration(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan duration) => json.WriteNumber(name, duration.Ticks * NanosecondsPerTick);
}
