using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>An answer as Anthropic's events: a message of blocks, each of which is opened, filled and closed before the next one is.</summary>
internal sealed class MessagesStream(IBufferWriter<byte> output, AnswerNaming naming, ImmutableArray<string> stops) : IClientStream
{
    private readonly Utf8JsonWriter _json = PieceWriter.For(output);
    private BlockKind _open;
    private int _blocks;
    private int _calls;
    private bool _ended;

    private enum BlockKind
    {
        None,
        Thinking,
        Text,
        ToolUse,
    }

    public string ContentType => "text/event-stream";

    public bool HasBegun { get; private set; }

    /// <summary>A ping may come at any time, also before the message begins.</summary>
    public void Waiting(string status)
    {
        Comment(status);
        output.Write("event: ping\ndata: {\"type\":\"ping\"}\n\n"u8);
    }

    public void Begin()
    {
        HasBegun = true;
        BeginEvent("message_start"u8);
        _json.WriteStartObject("message"u8);
        _json.WriteString("id"u8, MessageId(naming));
        _json.WriteString("type"u8, "message"u8);
        _json.WriteString("role"u8, "assistant"u8);
        _json.WriteString("model"u8, naming.Model);
        _json.WriteStartArray("content"u8);
        _json.WriteEndArray();
        _json.WriteNull("stop_reason"u8);
        _json.WriteNull("stop_sequence"u8);
        _json.WritePropertyName("usage"u8); // engines count when they have ended, and the last event says it
        MessagesUsage.Write(_json, null);
        _json.WriteEndObject();
        EndEvent();
    }

    public void Reasoning(ReadOnlySpan<char> text)
    {
        OpenThinking();
        Delta("thinking_delta"u8, "thinking"u8, text);
    }

    public void Signature(ReadOnlySpan<char> signature)
    {
        if (signature.StartsWith(MessagesBlocks.Redacted))
        {
            Close();
            BeginBlock("redacted_thinking"u8);
            _json.WriteString("data"u8, signature[MessagesBlocks.Redacted.Length..]);
            EndBlockStart();
            Stop();
            return;
        }

        OpenThinking();
        Delta("signature_delta"u8, "signature"u8, signature);
    }

    public void Text(ReadOnlySpan<char> text)
    {
        if (_open != BlockKind.Text)
        {
            Close();
            BeginBlock("text"u8);
            _json.WriteString("text"u8, ""u8);
            EndBlockStart();
            _open = BlockKind.Text;
        }

        Delta("text_delta"u8, "text"u8, text);
    }

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name)
    {
        Close();
        BeginBlock("tool_use"u8);
        if (id.IsEmpty)
        {
            _json.WriteString("id"u8, CallId(naming, index));
        }
        else
        {
            _json.WritePiece("id"u8, id);
        }

        _json.WritePiece("name"u8, name);
        _json.WriteStartObject("input"u8);
        _json.WriteEndObject();
        EndBlockStart();
        _open = BlockKind.ToolUse;
        _calls++;
    }

    public void Arguments(int index, ReadOnlySpan<char> json) => Delta("input_json_delta"u8, "partial_json"u8, json);

    public void End(in AnswerEnd end)
    {
        Close();
        _ended = true;
        BeginEvent("message_delta"u8);
        _json.WriteStartObject("delta"u8);
        var stop = MessagesStopReason.Told(end, stops);
        _json.WriteString("stop_reason"u8, MessagesStopReason.Of(end, _calls > 0, stop));
        _json.WriteString("stop_sequence"u8, stop);
        _json.WriteEndObject();
        _json.WritePropertyName("usage"u8);
        MessagesUsage.Write(_json, end.Usage);
        EndEvent();
        BeginEvent("message_stop"u8);
        EndEvent();
    }

    public void Fail(AnswerFailure failure) => Error(new ErrorText(failure.Status, failure.Code, failure.Message));

    public void Error(ErrorText error)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        output.Write("event: error\ndata: "u8);
        _json.Reset();
        ErrorBody.WriteAnthropic(error, _json);
        _json.Flush();
        output.Write("\n\n"u8);
    }

    public void Remark(string text) => Comment($"lockkeeper {text}");

    private void Comment(string text)
    {
        output.Write(": "u8);
        Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" "), output);
        output.Write("\n\n"u8);
    }

    /// <summary>The name of an answer.</summary>
    public static string MessageId(AnswerNaming naming) => $"msg_{naming.RequestId}";

    /// <summary>The name of a call to which the engine has given none.</summary>
    public static string CallId(AnswerNaming naming, int index) => string.Create(CultureInfo.InvariantCulture, $"toolu_{naming.RequestId}_{index}");

    private void OpenThinking()
    {
        if (_open == BlockKind.Thinking)
        {
            return;
        }

        Close();
        BeginBlock("thinking"u8);
        _json.WriteString("thinking"u8, ""u8);
        _json.WriteString("signature"u8, ""u8);
        EndBlockStart();
        _open = BlockKind.Thinking;
    }

    private void Close()
    {
        if (_open != BlockKind.None)
        {
            Stop();
        }
    }

    private void Stop()
    {
        BeginEvent("content_block_stop"u8);
        _json.WriteNumber("index"u8, _blocks);
        EndEvent();
        _blocks++;
        _open = BlockKind.None;
    }

    private void BeginBlock(ReadOnlySpan<byte> type)
    {
        BeginEvent("content_block_start"u8);
        _json.WriteNumber("index"u8, _blocks);
        _json.WriteStartObject("content_block"u8);
        _json.WriteString("type"u8, type);
    }

    private void EndBlockStart()
    {
        _json.WriteEndObject();
        EndEvent();
    }

    private void Delta(ReadOnlySpan<byte> type, ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        BeginEvent("content_block_delta"u8);
        _json.WriteNumber("index"u8, _blocks);
        _json.WriteStartObject("delta"u8);
        _json.WriteString("type"u8, type);
        _json.WritePiece(name, text);
        _json.WriteEndObject();
        EndEvent();
    }

    private void BeginEvent(ReadOnlySpan<byte> name)
    {
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("type"u8, name);
    }

    private void EndEvent()
    {
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n\n"u8);
    }
}
