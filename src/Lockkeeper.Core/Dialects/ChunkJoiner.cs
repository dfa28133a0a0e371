using System.Buffers;

namespace Lockkeeper.Core.Dialects;

/// <summary>Joins several pieces of text, or of reasoning, into one, so that a client gets fewer chunks. Anything else that is told has what was gathered told before it.</summary>
/// <param name="sink">Is told the joined pieces.</param>
/// <param name="count">Pieces to one; about one token each, as engines send them.</param>
internal sealed class ChunkJoiner(IAnswerSink sink, int count) : IAnswerSink
{
    private readonly ArrayBufferWriter<char> _text = new();
    private bool _isReasoning;
    private int _pieces;

    public void Begin() => sink.Begin();

    public void Reasoning(ReadOnlySpan<char> text) => Gather(text, isReasoning: true);

    public void Signature(ReadOnlySpan<char> signature)
    {
        Flush();
        sink.Signature(signature);
    }

    public void Text(ReadOnlySpan<char> text) => Gather(text, isReasoning: false);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Flush();
        sink.ToolCall(index, id, name);
    }

    public void Arguments(int index, ReadOnlySpan<char> json)
    {
        Flush();
        sink.Arguments(index, json);
    }

    public void End(in AnswerEnd end)
    {
        Flush();
        sink.End(end);
    }

    public void Fail(AnswerFailure failure)
    {
        Flush();
        sink.Fail(failure);
    }

    private void Gather(ReadOnlySpan<char> text, bool isReasoning)
    {
        if (_isReasoning != isReasoning)
        {
            Flush();
        }

        _isReasoning = isReasoning;
        _text.Write(text);
        if (++_pieces >= count)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_text.WrittenCount > 0)
        {
            if (_isReasoning)
            {
                sink.Reasoning(_text.WrittenSpan);
            }
            else
            {
                sink.Text(_text.WrittenSpan);
            }
        }

        _text.ResetWrittenCount();
        _pieces = 0;
    }
}
