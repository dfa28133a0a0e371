using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>Reads and compares names and other strings of JSON. The reader's own comparison throws at an escaped half of a surrogate pair, which anybody may send.</summary>
internal static class JsonName
{
    /// <summary>Bytes that an escape makes of one, at most.</summary>
    private const int LongestEscape = 6;

    private const int MostOnStack = 256;

    /// <summary>Whether the name or string is this one.</summary>
    /// <param name="value">At it.</param>
    /// <param name="text">In UTF-8.</param>
    public static bool Is(in Utf8JsonReader value, ReadOnlySpan<byte> text) =>
        value.ValueIsEscaped ? IsEscaped(value, text)
        : value.HasValueSequence ? value.ValueTextEquals(text)
        : value.ValueSpan.SequenceEqual(text);

    /// <summary>Whether an engine that does not tell capital letters from small ones, as those written in Go do not, takes the name for this one.</summary>
    /// <param name="name">At it.</param>
    /// <param name="text">In ASCII, in small letters.</param>
    public static bool IsInAnyCase(in Utf8JsonReader name, ReadOnlySpan<byte> text)
    {
        var length = name.HasValueSequence ? name.ValueSequence.Length : name.ValueSpan.Length;
        if (length < text.Length || length > LongestEscape * text.Length)
        {
            return false;
        }

        if (!name.ValueIsEscaped && !name.HasValueSequence && length == text.Length)
        {
            return Ascii.EqualsIgnoreCase(name.ValueSpan, text);
        }

        var read = length <= MostOnStack ? stackalloc char[(int)length] : new char[length];
        read = read[..Unescape(name, read)];
        read.Replace('\u017f', 's'); // the only two letters outside of ASCII that are folded into it
        read.Replace('\u212a', 'k');
        return Ascii.EqualsIgnoreCase(text, read);
    }

    /// <summary>Reads text in which half of a surrogate pair may stand alone.</summary>
    /// <param name="text">As it is written, without its quotes.</param>
    /// <param name="target">Has room for as many characters as the text has bytes.</param>
    /// <returns>How many characters there are.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<char> target)
    {
        var length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOf((byte)'\\');
            plain = plain < 0 ? text.Length : plain;
            length += Encoding.UTF8.GetChars(text[..plain], target[length..]);
            text = text[plain..];
            if (!text.IsEmpty)
            {
                target[length++] = Escaped(text, out var used);
                text = text[used..];
            }
        }

        return length;
    }

    private static bool IsEscaped(in Utf8JsonReader value, ReadOnlySpan<byte> text)
    {
        var length = value.HasValueSequence ? value.ValueSequence.Length : value.ValueSpan.Length;
        if (length > LongestEscape * text.Length)
        {
            return false;
        }

        var read = length <= MostOnStack ? stackalloc char[(int)length] : new char[length];
        var wanted = text.Length <= MostOnStack ? stackalloc char[text.Length] : new char[text.Length];
        return read[..Unescape(value, read)].SequenceEqual(wanted[..Encoding.UTF8.GetChars(text, wanted)]);
    }

    private static int Unescape(in Utf8JsonReader value, Span<char> target)
    {
        if (!value.HasValueSequence)
        {
            return Unescape(value.ValueSpan, target);
        }

        var length = (int)value.ValueSequence.Length;
        var whole = length <= MostOnStack ? stackalloc byte[length] : new byte[length];
        value.ValueSequence.CopyTo(whole);
        return Unescape(whole, target);
    }

    /// <summary>The character of an escape, which the reader has found to be one.</summary>
    private static char Escaped(ReadOnlySpan<byte> escape, out int used)
    {
        used = 2;
        switch (escape[1])
        {
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'u':
                used = LongestEscape;
                var code = 0;
                foreach (var digit in escape.Slice(2, 4))
                {
                    code = code << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
                }

                return (char)code;
            default:
                return (char)escape[1];
        }
    }
}
