using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Where the parts of an event are in its data. They may stand in any order, and what has to be done with one depends on another, so that they are found before they are read.</summary>
internal ref struct MessagesEvent
{
    /// <summary>What it is called; empty where the data do not say.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>The value of <c>message</c>, <c>content_block</c> or <c>delta</c>: no event has two of them. Empty where it has none.</summary>
    public ReadOnlySpan<byte> Subject { get; private set; }

    /// <summary>The value of <c>usage</c>; empty where it has none.</summary>
    public ReadOnlySpan<byte> Usage { get; private set; }

    /// <exception cref="JsonException">They are not JSON.</exception>
    public static MessagesEvent Of(ReadOnlySpan<byte> data)
    {
        var found = default(MessagesEvent);
        var reader = ReaderOf(data);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return found;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "type"u8))
            {
                reader.Read();
                found.Type = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
                reader.Skip();
            }
            else if (JsonName.Is(reader, "delta"u8) || JsonName.Is(reader, "content_block"u8) || JsonName.Is(reader, "message"u8))
            {
                found.Subject = Value(data, ref reader);
            }
            else if (JsonName.Is(reader, "usage"u8))
            {
                found.Usage = Value(data, ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    public static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth });

    /// <summary>The value behind the name that the reader stands on; the reader stands at its end afterwards.</summary>
    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> data, scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return data[start..(int)reader.BytesConsumed];
    }
}
