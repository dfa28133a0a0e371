using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>What an engine counts and measures of an answer: OpenAI's <c>usage</c>, and llama.cpp's <c>timings</c>.</summary>
internal sealed class EngineCounts
{
    private TokenUsage? _usage;
    private TokenUsage? _measured;

    /// <summary>Null where the engine does not say.</summary>
    public TokenUsage? Usage => _usage is { } usage ? usage with { Cached = usage.Cached ?? _measured?.Cached } : _measured;

    /// <summary>Null where the engine does not say.</summary>
    public EngineTimings? Timings { get; private set; }

    /// <param name="reader">At the value; afterwards at its end.</param>
    public void ReadUsage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        int? prompt = null, completion = null, cached = null, reasoning = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "prompt_tokens"u8))
            {
                prompt = Count(ref reader);
            }
            else if (JsonText.Is(reader, "completion_tokens"u8))
            {
                completion = Count(ref reader);
            }
            else if (JsonText.Is(reader, "reasoning_tokens"u8))
            {
                reasoning = Count(ref reader);
            }
            else if (JsonText.Is(reader, "prompt_tokens_details"u8))
            {
                cached = CountIn(ref reader, "cached_tokens"u8);
            }
            else if (JsonText.Is(reader, "completion_tokens_details"u8))
            {
                reasoning = CountIn(ref reader, "reasoning_tokens"u8) ?? reasoning;
            }
            else
            {
                reader.Skip();
            }
        }

        if (prompt is not null || completion is not null)
        {
            _usage = new TokenUsage(prompt ?? 0, completion ?? 0) { Cached = cached, Reasoning = reasoning };
        }
    }

    /// <param name="reader">At the value; afterwards at its end.</param>
    public void ReadTimings(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        int? computed = null, cached = null, generated = null;
        double? prompt = null, generation = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "prompt_n"u8))
            {
                computed = Count(ref reader);
            }
            else if (JsonText.Is(reader, "cache_n"u8))
            {
                cached = Count(ref reader);
            }
            else if (JsonText.Is(reader, "predicted_n"u8))
            {
                generated = Count(ref reader);
            }
            else if (JsonText.Is(reader, "prompt_ms"u8))
            {
                prompt = Milliseconds(ref reader);
            }
            else if (JsonText.Is(reader, "predicted_ms"u8))
            {
                generation = Milliseconds(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (computed is { } prefilled && generated is { } tokens)
        {
            _measured = new TokenUsage(prefilled + (cached ?? 0), tokens) { Cached = cached };
        }

        if (prompt is { } before && generation is { } after)
        {
            Timings = new EngineTimings(TimeSpan.FromMilliseconds(before), TimeSpan.FromMilliseconds(after));
        }
    }

    private static int? CountIn(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        int? count = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, name))
            {
                count = Count(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return count;
    }

    private static int? Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        int? count = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= 0 ? number : null;
        reader.Skip();
        return count;
    }

    /// <summary>No more than a month: what an engine measures wrong is not to overflow anything.</summary>
    private static double? Milliseconds(ref Utf8JsonReader reader)
    {
        reader.Read();
        double? time = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && number is >= 0 and < 2.6e9 ? number : null;
        reader.Skip();
        return time;
    }
}
