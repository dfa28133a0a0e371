using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Anthropic's counts of tokens, which has those that were cached beside <c>input_tokens</c> and not in it. Each may come again later, and the last word counts.</summary>
internal struct MessagesUsage
{
    private int? _input;
    private int? _read;
    private int? _written;
    private int? _output;
    private int? _thinking;

    /// <summary>What was told; null for nothing.</summary>
    public readonly TokenUsage? Told => (_input ?? _output) is null
        ? null
        : new TokenUsage((_input ?? 0) + (_read ?? 0) + (_written ?? 0), _output ?? 0) { Cached = _read, Written = _written, Reasoning = _thinking };

    /// <summary>Reads the object that the reader stands on.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "input_tokens"u8))
            {
                Count(ref reader, ref _input);
            }
            else if (JsonName.Is(reader, "output_tokens"u8))
            {
                Count(ref reader, ref _output);
            }
            else if (JsonName.Is(reader, "cache_read_input_tokens"u8))
            {
                Count(ref reader, ref _read);
            }
            else if (JsonName.Is(reader, "cache_creation_input_tokens"u8))
            {
                Count(ref reader, ref _written);
            }
            else if (JsonName.Is(reader, "output_tokens_details"u8))
            {
                Details(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Writes the object that ends an answer. Anthropic's clients take the counts for given, so that without any they are 0.</summary>
    public static void Write(Utf8JsonWriter json, TokenUsage? usage)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, Math.Max(0, (usage?.Prompt - (usage?.Cached ?? 0) - (usage?.Written ?? 0)) ?? 0)); // some engines count as cached what another request had
        if (usage?.Cached is { } cached)
        {
            json.WriteNumber("cache_read_input_tokens"u8, cached);
        }

        if (usage?.Written is { } written)
        {
            json.WriteNumber("cache_creation_input_tokens"u8, written);
        }

        json.WriteNumber("output_tokens"u8, usage?.Completion ?? 0);
        if (usage?.Reasoning is { } thinking)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, thinking);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Details(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "thinking_tokens"u8))
            {
                Count(ref reader, ref _thinking);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void Count(ref Utf8JsonReader reader, ref int? count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
        {
            count = number;
        }

        reader.Skip();
    }
}
