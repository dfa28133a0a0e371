using System.Buffers;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>An answer as the events of <c>/v1/responses</c>.</summary>
/// <remarks>
/// <code>
///   created  in_progress+  ( output_item.added  … deltas …  output_item.done )*  ( completed | incomplete | failed )
/// </code>
/// OpenAI's SDK builds the response from these and throws at the first one that does not fit: each item is opened, filled and closed under one id, and the numbers have no gap.
/// </remarks>
/// <param name="output">Where the events go.</param>
/// <param name="response">The object that the first and the last events carry.</param>
/// <param name="items">What the answer is made of.</param>
internal sealed class ResponsesStream(IBufferWriter<byte> output, ResponseJson response, ResponseItems items) : IClientStream
{
    private int _number;
    private bool _isCreated;
    private bool _hasEnded;

    /// <summary>A stream that only tells of the waiting, for a request that passes to an engine of this dialect as it is.</summary>
    /// <param name="body">The request, which a peek has found to be a JSON object.</param>
    /// <param name="output">Where the events go.</param>
    /// <param name="naming">What the answer is called.</param>
    public static ResponsesStream ForPassing(in ReadOnlySequence<byte> body, IBufferWriter<byte> output, AnswerNaming naming) =>
        new(output, new ResponseJson(ResponseEcho.Of(body), naming), new ResponseItems(naming, summarises: false, freeform: []));

    public string ContentType => "text/event-stream";

    public bool HasBegun { get; private set; }

    /// <summary>The id under which the client knows the response.</summary>
    public string ResponseId => response.Id;

    /// <summary>The number of the next event.</summary>
    public int TakeNumber() => _number++;

    /// <summary>Clients count the time between two events that they understand, and comments are none. Once there is output, an event with the whole response would take it back.</summary>
    public void Waiting(string status)
    {
        output.Write(Encoding.UTF8.GetBytes($": {status.ReplaceLineEndings(" ")}\n\n"));
        if (HasBegun || _hasEnded)
        {
            return;
        }

        Create();
        WriteProgress();
    }

    public void Remark(string text) => output.Write(Encoding.UTF8.GetBytes($": lockkeeper {text.ReplaceLineEndings(" ")}\n\n"));

    public void Begin()
    {
        HasBegun = true;
        if (!_isCreated)
        {
            Create();
            WriteProgress();
        }
    }

    public void Reasoning(ReadOnlySpan<char> text)
    {
        Open(items.ReasoningKind).Add(text);
        if (items.ReasoningKind == OutputItem.Sort.Summary)
        {
            Delta("response.reasoning_summary_text.delta", ",\"summary_index\":0", text, "");
        }
        else
        {
            Delta("response.reasoning_text.delta", ",\"content_index\":0", text, "");
        }
    }

    /// <summary>There is no place for it in this API.</summary>
    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text)
    {
        Open(OutputItem.Sort.Message).Add(text);
        Delta("response.output_text.delta", ",\"content_index\":0", text, ",\"logprobs\":[]");
    }

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Close(isComplete: true);
        WriteAdded(items.BeginCall(index, id, name));
    }

    public void Arguments(int index, ReadOnlySpan<char> json)
    {
        var call = items.Open!;
        if (call.Input is { } input)
        {
            AddInput(call, input.Read(json));
            return;
        }

        call.Add(json);
        Delta("response.function_call_arguments.delta", "", json, "");
    }

    public void End(in AnswerEnd end)
    {
        if (_hasEnded)
        {
            return;
        }

        Begin();
        var isComplete = ResponseJson.IsComplete(end.Finish);
        Close(isComplete);
        _hasEnded = true;
        BeginEvent(isComplete ? "response.completed" : "response.incomplete");
        output.Write(",\"response\":"u8);
        response.WriteEnded(output, end, items.Whole);
        EndEvent();
    }

    public void Fail(AnswerFailure failure) => Error(new ErrorText(failure.Status, failure.Code, failure.Message));

    public void Error(ErrorText error)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        Create();
        BeginEvent("response.failed");
        output.Write(",\"response\":"u8);
        response.WriteFailed(output, error, items.Whole);
        EndEvent();
    }

    private void Create()
    {
        if (!_isCreated)
        {
            _isCreated = true;
            BeginEvent("response.created");
            output.Write(",\"response\":"u8);
            response.WriteInProgress(output);
            EndEvent();
        }
    }

    private void WriteProgress()
    {
        BeginEvent("response.in_progress");
        output.Write(",\"response\":"u8);
        response.WriteInProgress(output);
        EndEvent();
    }

    private OutputItem Open(OutputItem.Sort kind)
    {
        if (items.Open is { } open && open.Kind == kind)
        {
            return open;
        }

        Close(isComplete: true);
        var item = items.Begin(kind);
        WriteAdded(item);
        BeginEvent(kind == OutputItem.Sort.Summary ? "response.reasoning_summary_part.added" : "response.content_part.added");
        WritePlace(item);
        output.Write(kind == OutputItem.Sort.Summary ? ",\"summary_index\":0,\"part\":"u8 : ",\"content_index\":0,\"part\":"u8);
        item.WritePart(output);
        EndEvent();
        return item;
    }

    private void Close(bool isComplete)
    {
        if (items.Open is not { } item)
        {
            return;
        }

        switch (item.Kind)
        {
            case OutputItem.Sort.Message:
                WriteDone(item, "response.output_text.done", "response.content_part.done", "content_index");
                break;
            case OutputItem.Sort.Reasoning:
                WriteDone(item, "response.reasoning_text.done", "response.content_part.done", "content_index");
                break;
            case OutputItem.Sort.Summary:
                WriteDone(item, "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "summary_index");
                break;
            case OutputItem.Sort.FreeformCall:
                AddInput(item, item.Input!.Rest());
                BeginEvent("response.custom_tool_call_input.done");
                WritePlace(item);
                output.Write(",\"input\":"u8);
                JsonText.WriteString(output, item.Text);
                EndEvent();
                break;
            default:
                BeginEvent("response.function_call_arguments.done");
                WritePlace(item);
                output.Write(",\"name\":"u8);
                JsonText.WriteString(output, item.Name);
                output.Write(",\"arguments\":"u8);
                JsonText.WriteString(output, item.Text);
                EndEvent();
                break;
        }

        BeginEvent("response.output_item.done");
        Write(string.Create(CultureInfo.InvariantCulture, $",\"output_index\":{items.Index},\"item\":"));
        item.Write(output, isComplete);
        EndEvent();
        items.Close(isComplete);
    }

    private void AddInput(OutputItem call, ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            call.Add(text);
            Delta("response.custom_tool_call_input.delta", "", text, "");
        }
    }

    private void WriteDone(OutputItem item, string textDone, string partDone, string index)
    {
        BeginEvent(textDone);
        WritePlace(item);
        Write($",\"{index}\":0,\"text\":");
        JsonText.WriteString(output, item.Text);
        Write(item.Kind == OutputItem.Sort.Message ? ",\"logprobs\":[]" : "");
        EndEvent();

        BeginEvent(partDone);
        WritePlace(item);
        Write($",\"{index}\":0,\"part\":");
        item.WritePart(output);
        EndEvent();
    }

    private void WriteAdded(OutputItem item)
    {
        BeginEvent("response.output_item.added");
        Write(string.Create(CultureInfo.InvariantCulture, $",\"output_index\":{items.Index},\"item\":"));
        item.WriteBegun(output);
        EndEvent();
    }

    private void Delta(string type, string place, ReadOnlySpan<char> text, string behind)
    {
        BeginEvent(type);
        WritePlace(items.Open!);
        Write(place);
        output.Write(",\"delta\":"u8);
        JsonText.WriteString(output, text);
        Write(behind);
        EndEvent();
    }

    private void WritePlace(OutputItem item)
    {
        output.Write(",\"item_id\":"u8);
        JsonText.WriteString(output, item.Id);
        output.Write(",\"output_index\":"u8);
        WriteNumber(items.Index);
    }

    private void BeginEvent(string type)
    {
        output.Write("event: "u8);
        Write(type);
        output.Write("\ndata: {\"type\":\""u8);
        Write(type);
        output.Write("\",\"sequence_number\":"u8);
        WriteNumber(TakeNumber());
    }

    private void EndEvent() => output.Write("}\n\n"u8);

    private void WriteNumber(int number)
    {
        var place = output.GetSpan(11);
        number.TryFormat(place, out var length, provider: CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    private void Write(string ascii)
    {
        var place = output.GetSpan(ascii.Length);
        output.Advance(Encoding.ASCII.GetBytes(ascii, place));
    }
}
