using System.Collections.Immutable;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>The fields for how the next token is chosen, and what ends an answer; chats and completions have the same.</summary>
internal static class SamplingJson
{
    public static Sampling Read(JsonElement body, RequestFields fields) => new()
    {
        Temperature = fields.Number(body, "temperature"),
        TopP = fields.Number(body, "top_p"),
        TopK = fields.Integer(body, "top_k"),
        MinP = fields.Number(body, "min_p"),
        Seed = fields.Integer(body, "seed"),
        FrequencyPenalty = fields.Number(body, "frequency_penalty"),
        PresencePenalty = fields.Number(body, "presence_penalty"),
        RepeatPenalty = fields.Number(body, "repeat_penalty") ?? fields.Number(body, "repetition_penalty"),
    };

    public static ImmutableArray<string> ReadStop(JsonElement body, RequestFields fields)
    {
        if (RequestFields.Find(body, "stop") is not { } stop)
        {
            return [];
        }

        if (stop.ValueKind == JsonValueKind.Array)
        {
            return [.. RequestFields.ItemsOf(stop, "stop").Select(item => fields.TextOf(item.Item, item.Path)).OfType<string>().Where(text => text.Length > 0)];
        }

        return fields.TextOf(stop, "stop") is { Length: > 0 } one ? [one] : [];
    }

    public static void Write(Sampling sampling, ImmutableArray<string> stop, Utf8JsonWriter json)
    {
        Write("temperature"u8, sampling.Temperature, json);
        Write("top_p"u8, sampling.TopP, json);
        Write("top_k"u8, sampling.TopK, json);
        Write("min_p"u8, sampling.MinP, json);
        Write("seed"u8, sampling.Seed, json);
        Write("frequency_penalty"u8, sampling.FrequencyPenalty, json);
        Write("presence_penalty"u8, sampling.PresencePenalty, json);

        // The one is llama.cpp's name, the other everybody else's.
        Write("repeat_penalty"u8, sampling.RepeatPenalty, json);
        Write("repetition_penalty"u8, sampling.RepeatPenalty, json);
        if (stop.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("stop"u8);
        foreach (var text in stop)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Write(ReadOnlySpan<byte> name, double? value, Utf8JsonWriter json)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Write(ReadOnlySpan<byte> name, long? value, Utf8JsonWriter json)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
