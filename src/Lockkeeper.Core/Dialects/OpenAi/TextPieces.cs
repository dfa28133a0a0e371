using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Tells the texts of an engine's stream. An emoji of which an engine sends one half in one piece and the other in the next is told whole.</summary>
internal sealed class TextPieces(IAnswerSink sink)
{
    private char[] _characters = new char[256];
    private char? _half;
    private Voice _halfOf;
    private int _call;

    /// <summary>What a piece is a piece of.</summary>
    public enum Voice
    {
        Reasoning,
        Text,
        Arguments,
    }

    /// <param name="voice">What it is a piece of.</param>
    /// <param name="call">Index of the call, for arguments.</param>
    /// <param name="value">At the string to tell.</param>
    /// <returns>What was told.</returns>
    public ReadOnlySpan<char> Tell(Voice voice, int call, in Utf8JsonReader value)
    {
        if (value.ValueSpan.IsEmpty)
        {
            return default;
        }

        if (_half is not null && (voice != _halfOf || (voice == Voice.Arguments && call != _call)))
        {
            Flush();
        }

        // The first place is kept for the half that waits.
        if (_characters.Length <= value.ValueSpan.Length)
        {
            _characters = new char[Math.Max(value.ValueSpan.Length + 1, 2 * _characters.Length)];
        }

        var end = 1 + JsonText.Read(value, _characters.AsSpan(1));
        var start = 1;
        if (_half is { } half)
        {
            _characters[--start] = half;
            _half = null;
        }

        _call = call;
        if (char.IsHighSurrogate(_characters[end - 1]))
        {
            (_half, _halfOf) = (_characters[--end], voice);
        }

        var text = _characters.AsSpan(start, end - start);
        Say(voice, text);
        return text;
    }

    /// <summary>Tells a half whose other half did not come.</summary>
    public void Flush()
    {
        if (_half is { } half)
        {
            _half = null;
            Say(_halfOf, [half]);
        }
    }

    private void Say(Voice voice, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        switch (voice)
        {
            case Voice.Reasoning:
                sink.Reasoning(text);
                break;
            case Voice.Text:
                sink.Text(text);
                break;
            default:
                sink.Arguments(_call, text);
                break;
        }
    }
}
