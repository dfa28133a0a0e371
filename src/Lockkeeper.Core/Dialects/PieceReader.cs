using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects;

/// <summary>Reads pieces of one text out of JSON strings, into a buffer that is used again.</summary>
/// <remarks>Engines may cut a character in two and send each half of the surrogate pair as an escape of its own. The first half is kept back and told with the second: by itself it is no text to most clients.</remarks>
internal sealed class PieceReader
{
    private char[] _characters = new char[256];
    private char? _half;

    /// <summary>The string that the reader stands on; empty where it is null or empty, or no more than half a character.</summary>
    public ReadOnlySpan<char> Read(scoped in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return [];
        }

        if (_characters.Length <= reader.ValueSpan.Length)
        {
            _characters = new char[Math.Max(reader.ValueSpan.Length + 1, _characters.Length * 2)];
        }

        var length = 0;
        if (_half is { } half)
        {
            _characters[length++] = half;
            _half = null;
        }

        length += JsonText.Read(reader, _characters.AsSpan(length));
        if (length > 0 && char.IsHighSurrogate(_characters[length - 1]))
        {
            _half = _characters[--length];
        }

        return _characters.AsSpan(0, length);
    }

    /// <summary>Begins with what was read elsewhere; the strings that follow go on with it.</summary>
    /// <returns>All of it but half a character at its end.</returns>
    public ReadOnlySpan<char> Resume(ReadOnlySpan<char> text)
    {
        _half = !text.IsEmpty && char.IsHighSurrogate(text[^1]) ? text[^1] : null;
        return _half is null ? text : text[..^1];
    }

    /// <summary>The first half of a character whose second never came; empty for none. Asked when the text has ended.</summary>
    public ReadOnlySpan<char> Rest()
    {
        if (_half is not { } half)
        {
            return [];
        }

        _half = null;
        _characters[0] = half;
        return _characters.AsSpan(0, 1);
    }

    /// <summary>A member of a whole answer that is a string, whatever its text is; null where it is none.</summary>
    public static string? Whole(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var json = Encoding.UTF8.GetBytes(value.GetRawText());
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var characters = new char[json.Length];
        return new string(characters, 0, JsonText.Read(reader, characters));
    }
}
