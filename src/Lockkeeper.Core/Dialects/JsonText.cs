using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>Writes strings of JSON as the streams want them: nothing escaped that needs not be, and half of a surrogate pair as the escape it came as.</summary>
/// <remarks>The framework's writer makes U+FFFD of a lone half. A model's emoji can be cut between two pieces of an answer, and a client that joins the pieces then has it whole.</remarks>
internal static class JsonText
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        ['"', '\\', .. Enumerable.Range(0, ' ').Select(code => (char)code), .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>Writes a string with its quotes.</summary>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        output.Write("\""u8);
        WriteInner(output, text);
        output.Write("\""u8);
    }

    /// <summary>Writes a part of a string, without quotes.</summary>
    public static void WriteInner(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = PlainLength(text);
            if (plain > 0)
            {
                var place = output.GetSpan(Encoding.UTF8.GetMaxByteCount(plain));
                output.Advance(Encoding.UTF8.GetBytes(text[..plain], place));
            }

            if (plain < text.Length)
            {
                WriteEscape(output, text[plain++]);
            }

            text = text[plain..];
        }
    }

    /// <summary>Reads a string's text, in which half of a surrogate pair may stand alone.</summary>
    /// <param name="value">At the string.</param>
    /// <param name="target">Has room for as many characters as the value has bytes.</param>
    /// <returns>How many characters there are.</returns>
    public static int Read(in Utf8JsonReader value, Span<char> target) =>
        value.ValueIsEscaped ? JsonName.Unescape(value.ValueSpan, target) : Encoding.UTF8.GetChars(value.ValueSpan, target);

    /// <summary>Whether the name or string is this one.</summary>
    public static bool Is(in Utf8JsonReader value, ReadOnlySpan<byte> text) => JsonName.Is(value, text);

    private static int PlainLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (true)
        {
            var next = text[at..].IndexOfAny(Special);
            if (next < 0)
            {
                return text.Length;
            }

            at += next;
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return at;
            }

            at += 2;
        }
    }

    private static void WriteEscape(IBufferWriter<byte> output, char character)
    {
        switch (character)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            default:
                var place = output.GetSpan(6);
                "\\u"u8.CopyTo(place);
                for (var digit = 0; digit < 4; digit++)
                {
                    place[2 + digit] = "0123456789abcdef"u8[(character >> (12 - 4 * digit)) & 0xF];
                }

                output.Advance(6);
                break;
        }
    }
}
