using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Reads Anthropic's events. Those it does not know are passed over: the API is free to add some.</summary>
internal sealed class MessagesStreamReader : IAnswerReader, ISseListener
{
    private readonly IAnswerSink _sink;
    private readonly SseEvents _events;
    private readonly PieceReader _text = new();
    private readonly PieceReader _thinking = new();
    private readonly PieceReader _arguments = new();
    private readonly PieceReader _other = new();
    private readonly ArrayBufferWriter<char> _input = new(64);
    private MessagesUsage _usage;
    private AnswerFinish _finish;
    private string? _stopText;
    private int _calls;
    private bool _inCall;
    private bool _hasArguments;
    private bool _begun;
    private bool _ended;

    public MessagesStreamReader(IAnswerSink sink)
    {
        _sink = sink;
        _events = new SseEvents(this);
    }

    public void Read(ReadOnlySpan<byte> piece) => _events.Read(piece);

    public void Complete()
    {
        if (!_ended)
        {
            throw new InvalidDataException("a stream that broke off before 'message_stop'");
        }
    }

    public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (_ended)
        {
            return;
        }

        try
        {
            var told = MessagesEvent.Of(data);
            Tell(told.Type.IsEmpty ? name : told.Type, told, data);
        }
        catch (JsonException)
        {
            throw new InvalidDataException("an event whose data are not JSON");
        }
    }

    private void Tell(ReadOnlySpan<byte> type, in MessagesEvent told, ReadOnlySpan<byte> data)
    {
        if (type.SequenceEqual("content_block_delta"u8))
        {
            Begin();
            Delta(told.Subject);
        }
        else if (type.SequenceEqual("content_block_start"u8))
        {
            Begin();
            BlockStart(told.Subject);
        }
        else if (type.SequenceEqual("content_block_stop"u8))
        {
            BlockStop();
        }
        else if (type.SequenceEqual("message_start"u8))
        {
            Begin();
            MessageStart(told.Subject);
        }
        else if (type.SequenceEqual("message_delta"u8))
        {
            MessageDelta(told);
        }
        else if (type.SequenceEqual("message_stop"u8))
        {
            End();
        }
        else if (type.SequenceEqual("error"u8))
        {
            _ended = true;
            _sink.Fail(MessagesWholeReader.FailureOf(data));
        }
    }

    private void Begin()
    {
        if (!_begun)
        {
            _begun = true;
            _sink.Begin();
        }
    }

    private void MessageStart(ReadOnlySpan<byte> message)
    {
        var reader = MessagesEvent.ReaderOf(message);
        while (!message.IsEmpty && reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && JsonName.Is(reader, "usage"u8))
            {
                reader.Read();
                _usage.Read(ref reader);
            }
        }
    }

    private void BlockStart(ReadOnlySpan<byte> block)
    {
        BlockStop(); // where an engine forgets to close one
        var reader = MessagesEvent.ReaderOf(block);
        if (block.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        string? type = null;
        ReadOnlySpan<byte> id = default;
        ReadOnlySpan<byte> name = default;
        _input.ResetWrittenCount();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "type"u8))
            {
                type = TextOf(ref reader);
            }
            else if (JsonName.Is(reader, "id"u8))
            {
                id = MessagesEvent.Value(block, ref reader);
            }
            else if (JsonName.Is(reader, "name"u8))
            {
                name = MessagesEvent.Value(block, ref reader);
            }
            else if (JsonName.Is(reader, "input"u8))
            {
                Encoding.UTF8.GetChars(MessagesEvent.Value(block, ref reader), _input);
            }
            else
            {
                First(ref reader);
            }
        }

        if (type == "tool_use")
        {
            (_inCall, _hasArguments) = (true, false);
            _sink.ToolCall(_calls++, TextOf(id), TextOf(name));
        }
    }

    /// <summary>What a block has from its beginning, which is next to always nothing.</summary>
    private void First(ref Utf8JsonReader reader)
    {
        if (IsPiece(ref reader))
        {
            return;
        }

        if (JsonName.Is(reader, "data"u8))
        {
            reader.Read();
            if (_other.Read(reader) is { IsEmpty: false } hidden)
            {
                _sink.Signature($"{MessagesBlocks.Redacted}{hidden}");
            }

            reader.Skip();
        }
        else
        {
            reader.Skip();
        }
    }

    private void BlockStop()
    {
        if (!_inCall)
        {
            return;
        }

        _inCall = false;
        Arguments(_arguments.Rest());
        if (!_hasArguments)
        {
            // All came with the beginning, or the tool takes none.
            _sink.Arguments(_calls - 1, _input.WrittenCount > 0 ? _input.WrittenSpan : "{}");
        }
    }

    private void Delta(ReadOnlySpan<byte> delta)
    {
        var reader = MessagesEvent.ReaderOf(delta);
        if (delta.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        // The names of its members say which delta it is, before or behind its type.
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (IsPiece(ref reader))
            {
                continue;
            }

            if (JsonName.Is(reader, "partial_json"u8))
            {
                reader.Read();
                Arguments(_inCall ? _arguments.Read(reader) : []);
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>What a block may have from its beginning, and a delta brings more of; it has been told when it was that.</summary>
    private bool IsPiece(ref Utf8JsonReader reader)
    {
        if (JsonName.Is(reader, "text"u8))
        {
            Text(ref reader);
        }
        else if (JsonName.Is(reader, "thinking"u8))
        {
            Thinking(ref reader);
        }
        else if (JsonName.Is(reader, "signature"u8))
        {
            Signature(ref reader);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (_text.Read(reader) is { IsEmpty: false } text)
        {
            _sink.Text(text);
        }

        reader.Skip();
    }

    private void Thinking(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (_thinking.Read(reader) is { IsEmpty: false } text)
        {
            _sink.Reasoning(text);
        }

        reader.Skip();
    }

    private void Signature(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (_other.Read(reader) is { IsEmpty: false } signature)
        {
            _sink.Signature(signature);
        }

        reader.Skip();
    }

    private void Arguments(ReadOnlySpan<char> json)
    {
        if (!json.IsEmpty)
        {
            _hasArguments = true;
            _sink.Arguments(_calls - 1, json);
        }
    }

    private void MessageDelta(in MessagesEvent told)
    {
        var reader = MessagesEvent.ReaderOf(told.Usage);
        if (!told.Usage.IsEmpty && reader.Read())
        {
            _usage.Read(ref reader);
        }

        reader = MessagesEvent.ReaderOf(told.Subject);
        while (!told.Subject.IsEmpty && reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            if (JsonName.Is(reader, "stop_reason"u8))
            {
                _finish = MessagesStopReason.Parse(TextOf(ref reader));
            }
            else if (JsonName.Is(reader, "stop_sequence"u8))
            {
                _stopText = TextOf(ref reader);
            }
        }
    }

    private void End()
    {
        Begin();
        BlockStop();
        if (_thinking.Rest() is { IsEmpty: false } thought)
        {
            _sink.Reasoning(thought);
        }

        if (_text.Rest() is { IsEmpty: false } text)
        {
            _sink.Text(text);
        }

        _ended = true;
        _sink.End(new AnswerEnd(_finish, _usage.Told) { StopText = _stopText });
    }

    /// <summary>The string behind the name that the reader stands on.</summary>
    private string? TextOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? _other.Read(reader).ToString() : null;
        reader.Skip();
        return text;
    }

    private string TextOf(ReadOnlySpan<byte> value)
    {
        var reader = MessagesEvent.ReaderOf(value);
        return !value.IsEmpty && reader.Read() ? _other.Read(reader).ToString() : "";
    }
}
