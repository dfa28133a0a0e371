using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Writes the JSON of one answer: whole, or as the chunks of a stream.</summary>
/// <param name="id">The answer's id.</param>
/// <param name="model">The model's id.</param>
/// <param name="created">When the request came, in Unix seconds.</param>
internal abstract class Answer(string id, string model, long created)
{
    /// <summary>What the whole answer calls itself.</summary>
    protected abstract string Kind { get; }

    /// <summary>What a chunk of it calls itself.</summary>
    protected abstract string ChunkKind { get; }

    public void WriteWhole(Utf8JsonWriter json, ReadOnlySpan<byte> text, GenerationEvent.Finished finished)
    {
        WriteHead(json, Kind);
        StartChoice(json);
        WriteText(json, text);
        EndChoice(json, finished);
        WriteUsage(json, finished.Figures);
        WriteTimings(json, finished.Figures);
        json.WriteEndObject();
    }

    /// <summary>There is a chunk before the first text.</summary>
    public abstract bool HasStart { get; }

    /// <summary>The chunk before the first text.</summary>
    public abstract void WriteStart(Utf8JsonWriter json, bool withUsage);

    public void WriteChunk(Utf8JsonWriter json, ReadOnlySpan<byte> text, bool withUsage)
    {
        StartChunk(json);
        WriteDelta(json, text);
        EndChunk(json, null, withUsage);
        json.WriteEndObject();
    }

    public void WriteFinish(Utf8JsonWriter json, GenerationEvent.Finished finished, bool withUsage)
    {
        StartChunk(json);
        WriteDelta(json, []);
        EndChunk(json, finished, withUsage);
        WriteTimings(json, finished.Figures);
        json.WriteEndObject();
    }

    /// <summary>The chunk after the last, with the counts and no choices.</summary>
    public void WriteUsageChunk(Utf8JsonWriter json, GenerationFigures figures)
    {
        WriteHead(json, ChunkKind);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsage(json, figures);
        json.WriteEndObject();
    }

    /// <summary>The text of the whole answer.</summary>
    protected abstract void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text);

    /// <summary>The text of one chunk, empty in the last.</summary>
    protected abstract void WriteDelta(Utf8JsonWriter json, ReadOnlySpan<byte> text);

    protected void StartChunk(Utf8JsonWriter json)
    {
        WriteHead(json, ChunkKind);
        StartChoice(json);
    }

    protected static void EndChunk(Utf8JsonWriter json, GenerationEvent.Finished? finished, bool withUsage)
    {
        EndChoice(json, finished);
        if (withUsage)
        {
            json.WriteNull("usage"u8);
        }
    }

    private static void StartChoice(Utf8JsonWriter json)
    {
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
    }

    private static void EndChoice(Utf8JsonWriter json, GenerationEvent.Finished? finished)
    {
        json.WriteNull("logprobs"u8);
        if (finished is null)
        {
            json.WriteNull("finish_reason"u8);
        }
        else
        {
            json.WriteString("finish_reason"u8, finished.Reason == FinishReason.Stop ? "stop"u8 : "length"u8);
            if (finished.Stop is { } stop)
            {
                json.WriteString("stop_reason"u8, stop); // as vLLM says it
            }
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteUsage(Utf8JsonWriter json, GenerationFigures figures)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, figures.PromptTokens);
        json.WriteNumber("completion_tokens"u8, figures.GeneratedTokens);
        json.WriteNumber("total_tokens"u8, figures.PromptTokens + figures.GeneratedTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, figures.CachedTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTimings(Utf8JsonWriter json, GenerationFigures figures)
    {
        json.WriteStartObject("timings"u8);
        json.WriteNumber("cache_n"u8, figures.CachedTokens);
        WriteTiming(json, "prompt", figures.PromptTokens - figures.CachedTokens, figures.PromptTime);
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

    private void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model);
    }
}
