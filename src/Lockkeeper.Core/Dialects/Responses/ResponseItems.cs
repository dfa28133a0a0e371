using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Lockkeeper.Core.Dialects.OpenAi;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>The output of a response as it grows, item by item.</summary>
/// <param name="naming">What the answer is called; items are named after it.</param>
/// <param name="summarises">Whether the client wants a summary of what the model thinks.</param>
/// <param name="freeform">The tools whose calls hold a text, and no arguments.</param>
internal sealed class ResponseItems(AnswerNaming naming, bool summarises, ImmutableHashSet<string> freeform)
{
    private readonly ArrayBufferWriter<byte> _whole = new();

    /// <summary>The item that grows; null between two.</summary>
    public OutputItem? Open { get; private set; }

    /// <summary>Place of the open item, or of the next one.</summary>
    public int Index { get; private set; }

    /// <summary>The items that are whole, with commas between.</summary>
    public ReadOnlySpan<byte> Whole => _whole.WrittenSpan;

    public OutputItem.Sort ReasoningKind { get; } = summarises ? OutputItem.Sort.Summary : OutputItem.Sort.Reasoning;

    public OutputItem Begin(OutputItem.Sort kind) => Open = new OutputItem(kind, Name(kind == OutputItem.Sort.Message ? "msg" : "rs"));

    /// <param name="call">Index among the calls.</param>
    /// <param name="id">By which its result will name it; empty where the engine gives none.</param>
    /// <param name="name">Of the tool.</param>
    public OutputItem BeginCall(int call, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        var (tool, callId) = (name.ToString(), id.IsEmpty ? CallId.Of(naming, call) : id.ToString());
        return Open = freeform.Contains(tool)
            ? new OutputItem(OutputItem.Sort.FreeformCall, Name("ctc")) { CallId = callId, Name = tool, Input = new FreeformInput() }
            : new OutputItem(OutputItem.Sort.Call, Name("fc")) { CallId = callId, Name = tool };
    }

    /// <summary>The open item is whole.</summary>
    public void Close(bool isComplete)
    {
        if (Open is not { } item)
        {
            return;
        }

        if (_whole.WrittenCount > 0)
        {
            _whole.Write(","u8);
        }

        item.Write(_whole, isComplete);
        Open = null;
        Index++;
    }

    private string Name(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{naming.RequestId}_{Index}");
}
