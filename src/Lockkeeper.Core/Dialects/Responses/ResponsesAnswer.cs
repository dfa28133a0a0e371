using System.Buffers;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>An answer as one <c>response</c> object.</summary>
/// <param name="output">Where it is written, at its end.</param>
/// <param name="response">The object around its items.</param>
/// <param name="items">Its items.</param>
internal sealed class ResponsesAnswer(IBufferWriter<byte> output, ResponseJson response, ResponseItems items) : IAnswerSink
{
    public void Begin()
    {
    }

    public void Reasoning(ReadOnlySpan<char> text) => ItemFor(items.ReasoningKind).Add(text);

    /// <summary>There is no place for it in this API.</summary>
    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text) => ItemFor(OutputItem.Sort.Message).Add(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Close(isComplete: true);
        items.BeginCall(index, id, name);
    }

    public void Arguments(int index, ReadOnlySpan<char> json)
    {
        if (items.Open is { } call)
        {
            call.Add(call.Input is { } input ? input.Read(json) : json);
        }
    }

    public void End(in AnswerEnd end)
    {
        Close(ResponseJson.IsComplete(end.Finish));
        response.WriteEnded(output, end, items.Whole);
    }

    /// <summary>A failure is no answer; it is written as an error by whoever asked.</summary>
    public void Fail(AnswerFailure failure)
    {
    }

    private OutputItem ItemFor(OutputItem.Sort kind)
    {
        if (items.Open is { } open && open.Kind == kind)
        {
            return open;
        }

        Close(isComplete: true);
        return items.Begin(kind);
    }

    private void Close(bool isComplete)
    {
        if (items.Open is { Input: { } input } call)
        {
            call.Add(input.Rest());
        }

        items.Close(isComplete);
    }
}
