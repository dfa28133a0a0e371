namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>A filter of an answer's text. What it cannot decide on yet is held; everything else passes.</summary>
/// <param name="sink">Is told what remains.</param>
internal abstract class LeakFilter(IAnswerSink sink) : IAnswerSink
{
    private readonly HeldText _held = new();

    /// <summary>Under which index each of the engine's own calls was told.</summary>
    private readonly List<int> _own = [];

    private int _calls;
    private bool _foundCall;

    protected IAnswerSink Sink { get; } = sink;

    public void Begin() => Sink.Begin();

    public virtual void Reasoning(ReadOnlySpan<char> text)
    {
        Settle();
        Sink.Reasoning(text);
    }

    public virtual void Signature(ReadOnlySpan<char> signature)
    {
        Settle();
        Sink.Signature(signature);
    }

    public void Text(ReadOnlySpan<char> text)
    {
        if (_held.IsEmpty)
        {
            _held.Append(text[Take(text, isEnd: false)..]);
        }
        else
        {
            _held.Append(text);
            _held.Drop(Take(_held.Span, isEnd: false));
        }
    }

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Settle();
        _own.Add(_calls);
        Sink.ToolCall(_calls++, id, name);
    }

    public void Arguments(int index, ReadOnlySpan<char> json) => Sink.Arguments(_own[index], json);

    public void End(in AnswerEnd end)
    {
        Settle();
        Sink.End(_foundCall && end.Finish == AnswerFinish.Stop ? end with { Finish = AnswerFinish.ToolCalls } : end);
    }

    public void Fail(AnswerFailure failure)
    {
        Settle();
        Sink.Fail(failure);
    }

    /// <summary>Tells what is sure of a text.</summary>
    /// <param name="text">What has not been dealt with, and what has come.</param>
    /// <param name="isEnd">Whether it goes no further, so that everything has to be dealt with.</param>
    /// <returns>How many characters have been dealt with; the others are shown again, with what comes.</returns>
    protected abstract int Take(ReadOnlySpan<char> text, bool isEnd);

    protected void TellText(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            Sink.Text(text);
        }
    }

    /// <summary>Tells a call that was found in the text.</summary>
    protected void TellCall(string id, LeakedCall call)
    {
        _foundCall = true;
        Sink.ToolCall(_calls, id, call.Name);
        Sink.Arguments(_calls++, call.Arguments);
    }

    private void Settle()
    {
        if (!_held.IsEmpty)
        {
            _held.Drop(Take(_held.Span, isEnd: true));
        }
    }
}
