namespace Lockkeeper.Core.Dialects;

/// <summary>Passes an answer on, but keeps a failure for itself: for who can still answer with its status.</summary>
internal sealed class FailureListener(IAnswerSink sink) : IAnswerSink
{
    /// <summary>Why there is no answer; null while there may be one.</summary>
    public AnswerFailure? Failure { get; private set; }

    public void Begin() => sink.Begin();

    public void Reasoning(ReadOnlySpan<char> text) => sink.Reasoning(text);

    public void Signature(ReadOnlySpan<char> signature) => sink.Signature(signature);

    public void Text(ReadOnlySpan<char> text) => sink.Text(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) => sink.ToolCall(index, id, name);

    public void Arguments(int index, ReadOnlySpan<char> json) => sink.Arguments(index, json);

    public void End(in AnswerEnd end) => sink.End(end);

    public void Fail(AnswerFailure failure) => Failure = failure;
}
