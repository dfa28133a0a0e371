using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Writes the JSON of one answer: whole, or as the chunks of a stream.</summary>
/// <param name="id">The answer's id.</param>
/// <param name="model">The model's id.</param>
/// <param name="created">When the request came, in Unix seconds.</param>
internal sealed class Answer(string id, string model, long created)
{
    /// <summary>The whole answer, as <c>chat.completion</c>.</summary>
    public void WriteWhole(Utf8JsonWriter json, ReadOnlySpan<byte> text, GenerationEvent.Finished finished)
    {
        WriteHead(json, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        WriteReason(json, finished.Reason);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, finished.Figures);
        WriteTimings(json, finished.Figures);
        json.WriteEndObject();
    }

    /// <summary>The first chunk, which says who speaks.</summary>
    public void WriteRole(Utf8JsonWriter json, bool withUsage)
    {
        StartChunk(json);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        EndChunk(json, null, withUsage);
        json.WriteEndObject();
    }

    public void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text, bool withUsage)
    {
        StartChunk(json);
        json.WriteString("content"u8, text);
        EndChunk(json, null, withUsage);
        json.WriteEndObject();
    }

    public void WriteFinish(Utf8JsonWriter json, GenerationEvent.Finished finished, bool withUsage)
    {
        StartChunk(json);
        EndChunk(json, finished.Reason, withUsage);
        WriteTimings(json, finished.Figures);
        json.WriteEndObject();
    }

    /// <summary>The chunk after the last, with the counts and no choices.</summary>
    public void WriteUsageChunk(Utf8JsonWriter json, GenerationFigures figures)
    {
        WriteHead(json, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsage(json, figures);
        json.WriteEndObject();
    }

    private static void EndChunk(Utf8JsonWriter json, FinishReason? reason, bool withUsage)
    {
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        WriteReason(json, reason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (withUsage)
        {
            json.WriteNull("usage"u8);
        }
    }

    private static void WriteReason(Utf8JsonWriter json, FinishReason? reason)
    {
        if (reason is null)
        {
            json.WriteNull("finish_reason"u8);
        }
        else
        {
            json.WriteString("finish_reason"u8, reason == FinishReason.Stop ? "stop"u8 : "length"u8);
        }
    }

    private static void WriteUsage(Utf8JsonWriter json, GenerationFigures figures)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, figures.PromptTokens);
        json.WriteNumber("completion_tokens"u8, figures.GeneratedTokens);
        json.WriteNumber("total_tokens"u8, figures.PromptTokens + figures.GeneratedTokens);
        json.WriteEndObject();
    }

    private static void WriteTimings(Utf8JsonWriter json, GenerationFigures figures)
    {
        json.WriteStartObject("timings"u8);
        WriteTiming(json, "prompt", figures.PromptTokens, figures.PromptTime);
        WriteTiming(json, "predicted", figures.GeneratedTokens, figures.GenerationTime);
        json.WriteEndObject();
    }

    private static void WriteTiming(Utf8JsonWriter json, string what, int tokens, TimeSpan time)
    {
        var milliseconds = time.TotalMilliseconds;
        json.WriteNumber($"{what}_n", tokens);
        json.WriteNumber($"{what}_ms", Math.Round(milliseconds, 3));
        json.WriteNumber($"{what}_per_token_ms", Math.Round(milliseconds / Math.Max(1, tokens), 3));
        json.WriteNumber($"{what}_per_second", milliseconds > 0 ? Math.Round(tokens * 1000 / milliseconds, 3) : 0);
    }

    private void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model);
    }

    private void StartChunk(Utf8JsonWriter json)
    {
        WriteHead(json, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
    }
}
