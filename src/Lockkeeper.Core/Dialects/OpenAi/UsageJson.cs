using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Counts and times as OpenAI and llama.cpp write them.</summary>
internal static class UsageJson
{
    /// <summary>Writes what stands behind <c>"usage":</c>.</summary>
    public static void Write(TokenUsage usage, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.Prompt);
        json.WriteNumber("completion_tokens"u8, usage.Completion);
        json.WriteNumber("total_tokens"u8, (long)usage.Prompt + usage.Completion);
        WriteDetail(json, "prompt_tokens_details"u8, "cached_tokens"u8, usage.Cached);
        WriteDetail(json, "completion_tokens_details"u8, "reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
    }

    /// <summary>Writes what stands behind llama.cpp's <c>"timings":</c>.</summary>
    public static void Write(EngineTimings timings, TokenUsage? usage, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (usage is { } counts)
        {
            var computed = counts.Prompt - (counts.Cached ?? 0);
            json.WriteNumber("cache_n"u8, counts.Cached ?? 0);
            WriteSpeed(json, "prompt", computed, timings.Prompt);
            WriteSpeed(json, "predicted", counts.Completion, timings.Generation);
        }
        else
        {
            json.WriteNumber("prompt_ms"u8, timings.Prompt.TotalMilliseconds);
            json.WriteNumber("predicted_ms"u8, timings.Generation.TotalMilliseconds);
        }

        json.WriteEndObject();
    }

    private static void WriteSpeed(Utf8JsonWriter json, string what, int tokens, TimeSpan time)
    {
        json.WriteNumber($"{what}_n", tokens);
        json.WriteNumber($"{what}_ms", time.TotalMilliseconds);
        if (time > TimeSpan.Zero)
        {
            json.WriteNumber($"{what}_per_second", Math.Round(tokens / time.TotalSeconds, 3));
        }
    }

    private static void WriteDetail(Utf8JsonWriter json, ReadOnlySpan<byte> details, ReadOnlySpan<byte> name, int? count)
    {
        if (count is { } number)
        {
            json.WriteStartObject(details);
            json.WriteNumber(name, number);
            json.WriteEndObject();
        }
    }
}
