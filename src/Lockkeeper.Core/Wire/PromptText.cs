using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>Counts what a model has to read: the texts of a prompt, and not the images or the names of roles beside them.</summary>
internal static class PromptText
{
    /// <summary>Whether the member whose name the reader stands on holds a prompt.</summary>
    public static bool Holds(ref Utf8JsonReader reader) =>
        JsonName.Is(reader, "messages"u8) || JsonName.Is(reader, "prompt"u8) || JsonName.Is(reader, "input"u8)
        || JsonName.Is(reader, "system"u8) || JsonName.Is(reader, "instructions"u8) || JsonName.Is(reader, "documents"u8) || JsonName.Is(reader, "query"u8);

    /// <summary>Characters of text in the value behind the name; the reader stands behind it afterwards.</summary>
    public static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        var depth = reader.CurrentDepth;
        var counts = true; // what stands there directly, or in an array there, is text
        var characters = 0L;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    counts = IsText(ref reader);
                    break;
                case JsonTokenType.String when counts:
                    characters += Length(ref reader);
                    break;
            }
        }
        while (!(reader.CurrentDepth == depth && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) && reader.Read());

        return characters;
    }

    private static bool IsText(ref Utf8JsonReader reader) =>
        JsonName.Is(reader, "content"u8) || JsonName.Is(reader, "text"u8) || JsonName.Is(reader, "arguments"u8) || JsonName.Is(reader, "thinking"u8)
        || JsonName.Is(reader, "reasoning_content"u8) || JsonName.Is(reader, "output"u8) || JsonName.Is(reader, "input"u8);

    /// <summary>Code points: bytes that begin one, and one for each escape.</summary>
    private static long Length(ref Utf8JsonReader reader)
    {
        if (!reader.HasValueSequence)
        {
            return Length(reader.ValueSpan, reader.ValueIsEscaped);
        }

        // An escape may be cut by the end of a segment, so those are put together.
        return reader.ValueIsEscaped ? Length(reader.ValueSequence.ToArray(), isEscaped: true) : Plain(reader.ValueSequence);
    }

    private static long Plain(in ReadOnlySequence<byte> text)
    {
        var length = 0L;
        foreach (var piece in text)
        {
            length += Length(piece.Span, isEscaped: false);
        }

        return length;
    }

    private static long Length(ReadOnlySpan<byte> text, bool isEscaped)
    {
        var length = 0L;
        for (var i = 0; i < text.Length; i++)
        {
            if (isEscaped && text[i] == '\\')
            {
                var isUnicode = text[i + 1] == 'u';
                length += isUnicode && IsSecondHalf(text.Slice(i + 2, 4)) ? 0 : 1;
                i += isUnicode ? 5 : 1;
            }
            else if ((text[i] & 0xC0) != 0x80)
            {
                length++;
            }
        }

        return length;
    }

    /// <summary>The second <c>\u</c> of two that stand for one character.</summary>
    private static bool IsSecondHalf(ReadOnlySpan<byte> digits) => (digits[0] | 0x20) == 'd' && (digits[1] | 0x20) is >= 'c' and <= 'f';
}
