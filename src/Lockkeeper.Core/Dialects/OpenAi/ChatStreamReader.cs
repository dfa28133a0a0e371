using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Reads an engine's stream of <c>chat.completion.chunk</c> or <c>text_completion</c> objects.</summary>
/// <remarks>
/// The counts come in a chunk behind the one that says why the answer ends, so the end is told when the stream ends: at <c>[DONE]</c>, which some engines leave out.
/// </remarks>
internal sealed class ChatStreamReader : IAnswerReader, ISseListener
{
    private readonly ChunkReader _chunks;
    private readonly SseEvents _events;

    public ChatStreamReader(IAnswerSink sink)
    {
        _chunks = new ChunkReader(sink);
        _events = new SseEvents(this);
    }

    public void Read(ReadOnlySpan<byte> piece) => _events.Read(piece);

    public void Complete()
    {
        if (!_chunks.HasEnded && !_chunks.IsFinished)
        {
            throw new InvalidDataException("its stream ended before the answer did");
        }

        _chunks.End();
    }

    void ISseListener.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (_chunks.HasEnded)
        {
            return;
        }

        var trimmed = data.Trim(" \t"u8);
        if (trimmed.SequenceEqual("[DONE]"u8))
        {
            _chunks.End();
        }
        else if (!trimmed.IsEmpty)
        {
            _chunks.Read(trimmed);
        }
    }

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink)
    {
        var chunks = new ChunkReader(sink);
        chunks.Read(json);
        if (!chunks.HasBegun)
        {
            throw new InvalidDataException($"its answer has no choices: {ChunkReader.Cite(json)}");
        }

        chunks.End();
    }
}
