using System.Buffers;
using System.Text;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Turns tokens into the text that may be sent: bytes, minus what may be a stop string, in whole characters.</summary>
/// <param name="vocabulary">What the tokens mean.</param>
/// <param name="stops">Texts before which the answer ends.</param>
/// <param name="withControl">Control tokens are text: a grammar takes them for what they are called, so what it lets through has to be shown whole.</param>
internal sealed class AnswerText(Vocabulary vocabulary, IReadOnlyList<byte[]> stops, bool withControl = false)
{
    private readonly ArrayBufferWriter<byte> _piece = new();
    private readonly ArrayBufferWriter<byte> _passed = new();
    private readonly ArrayBufferWriter<byte> _whole = new();
    private readonly StopScanner _stops = new(stops);
    private readonly Utf8Boundary _characters = new();

    /// <summary>The stop string that was completed; null while none was.</summary>
    public string? Stop => _stops.Found is { } stop ? Encoding.UTF8.GetString(stop) : null;

    /// <summary>True when this token completed a stop string: the answer is over.</summary>
    public bool Push(int token)
    {
        _piece.ResetWrittenCount();
        _passed.ResetWrittenCount();
        vocabulary.Write(token, _piece, withControl);
        var stopped = _stops.Push(_piece.WrittenSpan, _passed);
        _characters.Push(_passed.WrittenSpan, _whole);
        if (stopped)
        {
            _characters.End(_whole);
        }

        return stopped;
    }

    /// <summary>No more tokens: what was held back is text after all.</summary>
    public void End()
    {
        _passed.ResetWrittenCount();
        _stops.End(_passed);
        _characters.Push(_passed.WrittenSpan, _whole);
        _characters.End(_whole);
    }

    /// <summary>The text since the last call, empty when all of it is held back.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (_whole.WrittenCount == 0)
        {
            return default;
        }

        var text = _whole.WrittenSpan.ToArray();
        _whole.ResetWrittenCount();
        return text;
    }
}
