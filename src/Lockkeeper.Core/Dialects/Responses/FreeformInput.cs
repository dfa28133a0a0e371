using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Finds the input of a freeform tool in the arguments of the call that an engine makes of it, <c>{"input":"…"}</c>, while they come.</summary>
/// <remarks>
/// A patch of a whole file is one call, and clients count the seconds between two events: who waited for its last quote would seem to be dead.
/// Arguments of another form are the input as they stand, once they are whole, so that the client sees what the model wrote.
/// </remarks>
internal sealed class FreeformInput
{
    private const string Opening = "{\"input\":\"";

    /// <summary>Blanks may stand before a sign, and nowhere in the name.</summary>
    private const int NameBegins = 2;
    private const int NameEnds = 7;

    private readonly ArrayBufferWriter<char> _raw = new();
    private char[] _found = new char[256];
    private int _length;
    private Place _place;
    private int _opened;
    private int _digits;
    private int _code;
    private char? _half;

    private enum Place
    {
        /// <summary>In what comes before the text.</summary>
        Opening,
        Text,
        Backslash,
        Code,

        /// <summary>Behind the text: nothing there is of it.</summary>
        Behind,

        /// <summary>In arguments of another form.</summary>
        Other,
    }

    /// <summary>More of the arguments.</summary>
    /// <returns>What of the input is in it, until the next call.</returns>
    public ReadOnlySpan<char> Read(ReadOnlySpan<char> json)
    {
        // A character gives one at most; what was kept from the piece before gives the rest.
        Empty(json.Length + 4);
        foreach (var character in json)
        {
            Take(character);
        }

        if (_length > 0 && char.IsHighSurrogate(_found[_length - 1]))
        {
            _half = _found[--_length];
        }

        return _found.AsSpan(0, _length);
    }

    /// <summary>What is still missing of the input, when the arguments have ended.</summary>
    public ReadOnlySpan<char> Rest()
    {
        if (_place is Place.Opening or Place.Other)
        {
            return InputOf(_raw.WrittenSpan);
        }

        Empty(1);
        return _found.AsSpan(0, _length);
    }

    private void Empty(int room)
    {
        if (_found.Length < room)
        {
            _found = new char[Math.Max(room, _found.Length * 2)];
        }

        _length = 0;
        if (_half is { } half)
        {
            _half = null;
            Find(half);
        }
    }

    private void Take(char character)
    {
        switch (_place)
        {
            case Place.Opening:
                Keep(character);
                Open(character);
                break;
            case Place.Text when character == '"':
                _place = Place.Behind;
                break;
            case Place.Text when character == '\\':
                _place = Place.Backslash;
                break;
            case Place.Text:
                Find(character);
                break;
            case Place.Backslash:
                Escape(character);
                break;
            case Place.Code:
                Digit(character);
                break;
            case Place.Other:
                Keep(character);
                break;
            case Place.Behind:
            default:
                break;
        }
    }

    private void Open(char character)
    {
        if (character == Opening[_opened])
        {
            _opened++;
            _place = _opened == Opening.Length ? Place.Text : Place.Opening;
        }
        else if (_opened is >= NameBegins and <= NameEnds || character is not (' ' or '\t' or '\n' or '\r'))
        {
            _place = Place.Other;
        }
    }

    /// <summary>What JSON does not know, as the <c>\d</c> of a regular expression, stays as the model wrote it.</summary>
    private void Escape(char character)
    {
        _place = Place.Text;
        switch (character)
        {
            case 'u':
                _place = Place.Code;
                _digits = 0;
                _code = 0;
                break;
            case '"' or '\\' or '/':
                Find(character);
                break;
            default:
                var at = "bfnrt".IndexOf(character, StringComparison.Ordinal);
                if (at < 0)
                {
                    Find('\\');
                }

                Find(at < 0 ? character : "\b\f\n\r\t"[at]);
                break;
        }
    }

    private void Digit(char character)
    {
        if (!char.IsAsciiHexDigit(character))
        {
            _place = Place.Text;
            Find('\ufffd');
            Take(character);
            return;
        }

        _code = (_code << 4) | (character <= '9' ? character - '0' : (character | 0x20) - 'a' + 10);
        if (++_digits == 4)
        {
            _place = Place.Text;
            Find((char)_code);
        }
    }

    private void Find(char character) => _found[_length++] = character;

    private void Keep(char character)
    {
        _raw.GetSpan(1)[0] = character;
        _raw.Advance(1);
    }

    /// <summary>The member of an object that has others before it; else all of what the model wrote.</summary>
    private static ReadOnlySpan<char> InputOf(ReadOnlySpan<char> arguments)
    {
        try
        {
            var json = new byte[Encoding.UTF8.GetByteCount(arguments)];
            Encoding.UTF8.GetBytes(arguments, json);
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && PieceReader.Whole(document.RootElement, "input") is { } input ? input : arguments;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // No JSON; or a member's name is half a surrogate pair, which no member can be looked up behind.
            return arguments;
        }
    }
}
