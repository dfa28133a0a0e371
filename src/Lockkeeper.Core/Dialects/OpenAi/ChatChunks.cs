using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Writes an answer as OpenAI's <c>chat.completion.chunk</c> objects; how they are set apart is for those who derive from it.</summary>
/// <remarks>A piece costs no allocation: all that is the same in each chunk is made once.</remarks>
internal abstract class ChatChunks : IClientStream
{
    private readonly AnswerNaming _naming;
    private readonly bool _includeUsage;

    /// <summary>Up to <c>"choices":[</c>.</summary>
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[] _close;
    private bool _hasRole;
    private bool _hasEnded;

    /// <param name="output">Where the chunks go.</param>
    /// <param name="naming">What the answer is called.</param>
    /// <param name="includeUsage">Whether the client wants the counts.</param>
    /// <param name="open">What stands before each object.</param>
    /// <param name="close">What stands behind each.</param>
    protected ChatChunks(IBufferWriter<byte> output, AnswerNaming naming, bool includeUsage, string open, string close)
    {
        (Output, _naming, _includeUsage) = (output, naming, includeUsage);
        var head = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(head, JsonStyle.Readable))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, $"chatcmpl-{naming.RequestId}");
            json.WriteString("object"u8, "chat.completion.chunk"u8);
            json.WriteNumber("created"u8, naming.Began.ToUnixTimeSeconds());
            json.WriteString("model"u8, naming.Model);
            json.WriteEndObject();
        }

        _head = Encoding.UTF8.GetBytes($"{open}{Encoding.UTF8.GetString(head.WrittenSpan[..^1])},\"choices\":[");

        // OpenAI's chunks have a null for the counts when these are asked for.
        _tail = Encoding.UTF8.GetBytes((includeUsage ? "],\"usage\":null}" : "]}") + close);
        _close = Encoding.UTF8.GetBytes(close);
    }

    public abstract string ContentType { get; }

    public bool HasBegun { get; private set; }

    protected IBufferWriter<byte> Output { get; }

    public abstract void Waiting(string status);

    public abstract void Remark(string text);

    public void Begin()
    {
        HasBegun = true;
        TellRole();
    }

    public void Reasoning(ReadOnlySpan<char> text) => Delta("\"reasoning_content\":"u8, text);

    /// <summary>There is no place for it in this API.</summary>
    public void Signature(ReadOnlySpan<char> signature)
    {
    }

    public void Text(ReadOnlySpan<char> text) => Delta("\"content\":"u8, text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        OpenDelta();
        Output.Write("\"tool_calls\":[{\"index\":"u8);
        WriteNumber(index);
        Output.Write(",\"id\":"u8);
        JsonText.WriteString(Output, id.IsEmpty ? CallId.Of(_naming, index) : id);
        Output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        JsonText.WriteString(Output, name);
        Output.Write(",\"arguments\":\"\"}}]"u8);
        CloseDelta();
    }

    public void Arguments(int index, ReadOnlySpan<char> json)
    {
        OpenDelta();
        Output.Write("\"tool_calls\":[{\"index\":"u8);
        WriteNumber(index);
        Output.Write(",\"function\":{\"arguments\":"u8);
        JsonText.WriteString(Output, json);
        Output.Write("}}]"u8);
        CloseDelta();
    }

    public void End(in AnswerEnd end)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        Output.Write(_head);
        Output.Write("{\"index\":0,\"delta\":{},\"finish_reason\":\""u8);
        Output.Write(Encoding.UTF8.GetBytes(FinishReason.Of(end.Finish)));
        Output.Write("\"}"u8);
        var counts = _includeUsage ? end.Usage : null;
        if (counts is null && end.Timings is not null)
        {
            CloseWith(null, end);
        }
        else
        {
            Output.Write(_tail);
        }

        if (counts is not null)
        {
            Output.Write(_head);
            CloseWith(counts, end);
        }

        WriteDone();
    }

    public void Fail(AnswerFailure failure) => Error(new ErrorText(failure.Status, failure.Code, failure.Message));

    public void Error(ErrorText error)
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            WriteError(error);
        }
    }

    protected abstract void WriteDone();

    protected abstract void WriteError(ErrorText error);

    /// <summary>Says something of the waiting as if the model thought it.</summary>
    protected void Think(string status)
    {
        TellRole();
        Reasoning($"{status}\n");
    }

    private void TellRole()
    {
        if (!_hasRole)
        {
            _hasRole = true;
            OpenDelta();
            Output.Write("\"role\":\"assistant\",\"content\":\"\""u8);
            CloseDelta();
        }
    }

    private void Delta(ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        OpenDelta();
        Output.Write(name);
        JsonText.WriteString(Output, text);
        CloseDelta();
    }

    private void OpenDelta()
    {
        Output.Write(_head);
        Output.Write("{\"index\":0,\"delta\":{"u8);
    }

    private void CloseDelta()
    {
        Output.Write("},\"finish_reason\":null}"u8);
        Output.Write(_tail);
    }

    private void CloseWith(TokenUsage? usage, in AnswerEnd end)
    {
        Output.Write("]"u8);
        if (usage is { } counts)
        {
            Output.Write(",\"usage\":"u8);
            UsageJson.Write(counts, Output);
        }
        else if (_includeUsage)
        {
            Output.Write(",\"usage\":null"u8);
        }

        if (end.Timings is { } timings)
        {
            Output.Write(",\"timings\":"u8);
            UsageJson.Write(timings, end.Usage, Output);
        }

        Output.Write("}"u8);
        Output.Write(_close);
    }

    private void WriteNumber(int number)
    {
        var place = Output.GetSpan(11);
        number.TryFormat(place, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        Output.Advance(length);
    }
}
