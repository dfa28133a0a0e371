using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>Writes text of an answer with the framework's writer of JSON.</summary>
internal static class PieceWriter
{
    /// <summary>For streams and answers: text stays readable. Nesting is ours to get right, and is not checked for each token.</summary>
    public static readonly JsonWriterOptions Options = JsonStyle.Readable with { SkipValidation = true };

    /// <summary>A writer for all of a stream, which is reset for each piece. It holds nothing but the buffer, so that nobody has to dispose of it.</summary>
    public static Utf8JsonWriter For(IBufferWriter<byte> output) => new(output, Options);

    /// <summary>Writes a member. Half a surrogate pair, which the framework would make U+FFFD of, is written as it came.</summary>
    public static void WritePiece(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        if (IsWhole(text))
        {
            json.WriteString(name, text);
            return;
        }

        var escaped = new ArrayBufferWriter<byte>(text.Length + 16);
        JsonText.WriteString(escaped, text);
        json.WritePropertyName(name);
        json.WriteRawValue(escaped.WrittenSpan, skipInputValidation: true);
    }

    private static bool IsWhole(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
            {
                continue;
            }

            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return false;
            }

            at++;
        }

        return true;
    }
}
