using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Tells the texts of an engine's stream. An emoji of which an engine sends one half in one piece and the other in the next is told whole.</summary>
internal sealed class TextPieces(IAnswerSink sink)
{
    private readonly PieceReader _reader = new();
    private Voice _voice;
    private int _call;

    /// <summary>What a piece is a piece of.</summary>
    public enum Voice
    {
        Reasoning,
        Text,
        Arguments,
    }

    /// <param name="voice">What it is a piece of.</param>
    /// <param name="call">Index of the call, for arguments; else 0.</param>
    /// <param name="value">At the string to tell.</param>
    /// <returns>What was told.</returns>
    public ReadOnlySpan<char> Tell(Voice voice, int call, in Utf8JsonReader value)
    {
        if (value.ValueSpan.IsEmpty)
        {
            return default;
        }

        if ((voice, call) != (_voice, _call))
        {
            Flush();
        }

        (_voice, _call) = (voice, call);
        var text = _reader.Read(value);
        Say(text);
        return text;
    }

    /// <summary>Tells the beginning of something that was read before. More of it may follow.</summary>
    public void Resume(Voice voice, int call, ReadOnlySpan<char> text)
    {
        Flush();
        (_voice, _call) = (voice, call);
        Say(_reader.Resume(text));
    }

    /// <summary>Tells a half whose other half did not come.</summary>
    public void Flush() => Say(_reader.Rest());

    private void Say(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        switch (_voice)
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
