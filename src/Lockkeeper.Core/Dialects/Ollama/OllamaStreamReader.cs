using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Reads the lines of an answer of <c>/api/chat</c>; a whole answer is one such line.</summary>
internal sealed class OllamaStreamReader : IAnswerReader, IJsonLineListener
{
    private readonly IAnswerSink _sink;
    private readonly JsonLines _lines;
    private readonly PieceReader _text = new();
    private readonly PieceReader _thinking = new();
    private readonly PieceReader _word = new();
    private readonly ArrayBufferWriter<char> _arguments = new(64);
    private int _calls;
    private bool _begun;

    public OllamaStreamReader(IAnswerSink sink)
    {
        _sink = sink;
        _lines = new JsonLines(this);
    }

    /// <summary>Whether the answer has come to its end.</summary>
    public bool HasEnded { get; private set; }

    public void Read(ReadOnlySpan<byte> piece) => _lines.Read(piece);

    public void Complete()
    {
        _lines.Complete();
        if (!HasEnded)
        {
            throw new InvalidDataException("a stream that broke off before a line with 'done'");
        }
    }

    public void OnLine(ReadOnlySpan<byte> line)
    {
        if (HasEnded)
        {
            return;
        }

        try
        {
            Tell(line);
        }
        catch (JsonException)
        {
            throw new InvalidDataException("a line that is not JSON");
        }
    }

    private void Tell(ReadOnlySpan<byte> line)
    {
        var reader = ReaderOf(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidDataException("a line that is no JSON object");
        }

        var end = default(Ending);
        ReadOnlySpan<byte> message = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "message"u8))
            {
                message = Value(line, ref reader);
            }
            else if (JsonName.Is(reader, "error"u8))
            {
                HasEnded = true;
                _sink.Fail(EngineError.ReadStreamed(line));
                return;
            }
            else
            {
                end.Read(ref reader, _word);
            }
        }

        if (!_begun)
        {
            _begun = true;
            _sink.Begin();
        }

        Message(message);
        if (end.Done)
        {
            End(end);
        }
    }

    /// <summary>Thoughts come before words, and words before calls, however the members stand.</summary>
    private void Message(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            return;
        }

        var reader = ReaderOf(message);
        ReadOnlySpan<byte> content = default;
        ReadOnlySpan<byte> thinking = default;
        ReadOnlySpan<byte> calls = default;
        reader.Read();
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "content"u8))
            {
                content = Value(message, ref reader);
            }
            else if (JsonName.Is(reader, "thinking"u8))
            {
                thinking = Value(message, ref reader);
            }
            else if (JsonName.Is(reader, "tool_calls"u8))
            {
                calls = Value(message, ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (Piece(thinking, _thinking) is { IsEmpty: false } thought)
        {
            _sink.Reasoning(thought);
        }

        if (Piece(content, _text) is { IsEmpty: false } text)
        {
            _sink.Text(text);
        }

        Calls(calls);
    }

    private void Calls(ReadOnlySpan<byte> calls)
    {
        if (calls.IsEmpty)
        {
            return;
        }

        var reader = ReaderOf(calls);
        var id = "";
        string? name = null;
        _arguments.ResetWrittenCount();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 1)
            {
                _sink.ToolCall(_calls, id, name ?? "");
                _sink.Arguments(_calls++, _arguments.WrittenCount > 0 ? _arguments.WrittenSpan : "{}");
                (id, name) = ("", null);
                _arguments.ResetWrittenCount();
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && JsonName.Is(reader, "id"u8))
            {
                id = Word(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && JsonName.Is(reader, "name"u8))
            {
                name = Word(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && JsonName.Is(reader, "arguments"u8))
            {
                Encoding.UTF8.GetChars(Value(calls, ref reader), _arguments);
            }
        }
    }

    private string Word(ref Utf8JsonReader reader)
    {
        reader.Read();
        var word = _word.Read(reader).ToString();
        reader.Skip();
        return word;
    }

    private void End(in Ending end)
    {
        HasEnded = true;
        if (_thinking.Rest() is { IsEmpty: false } thought)
        {
            _sink.Reasoning(thought);
        }

        if (_text.Rest() is { IsEmpty: false } text)
        {
            _sink.Text(text);
        }

        var finish = end.IsLength ? AnswerFinish.Length : _calls > 0 ? AnswerFinish.ToolCalls : AnswerFinish.Stop;
        _sink.End(new AnswerEnd(finish, (end.Prompt ?? end.Answer) is null ? null : new TokenUsage(end.Prompt ?? 0, end.Answer ?? 0))
        {
            Timings = (end.PromptTime ?? end.AnswerTime) is null ? null : new EngineTimings(new TimeSpan((end.PromptTime ?? 0) / OllamaLines.NanosecondsPerTick), new TimeSpan((end.AnswerTime ?? 0) / OllamaLines.NanosecondsPerTick)),
        });
    }

    private static ReadOnlySpan<char> Piece(ReadOnlySpan<byte> value, PieceReader pieces)
    {
        var reader = ReaderOf(value);
        return !value.IsEmpty && reader.Read() ? pieces.Read(reader) : [];
    }

    private static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth });

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> json, scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>What the last line says of the answer.</summary>
    private struct Ending
    {
        public bool Done { get; private set; }

        public bool IsLength { get; private set; }

        public int? Prompt { get; private set; }

        public int? Answer { get; private set; }

        /// <summary>In nanoseconds.</summary>
        public long? PromptTime { get; private set; }

        public long? AnswerTime { get; private set; }

        /// <summary>Reads the member whose name the reader stands on, if it is one of them.</summary>
        public void Read(ref Utf8JsonReader reader, PieceReader words)
        {
            if (JsonName.Is(reader, "done"u8))
            {
                reader.Read();
                Done = reader.TokenType == JsonTokenType.True;
            }
            else if (JsonName.Is(reader, "done_reason"u8))
            {
                reader.Read();
                IsLength = words.Read(reader) is "length";
            }
            else if (JsonName.Is(reader, "prompt_eval_count"u8))
            {
                Prompt = (int?)Number(ref reader);
            }
            else if (JsonName.Is(reader, "eval_count"u8))
            {
                Answer = (int?)Number(ref reader);
            }
            else if (JsonName.Is(reader, "prompt_eval_duration"u8))
            {
                PromptTime = Number(ref reader);
            }
            else if (JsonName.Is(reader, "eval_duration"u8))
            {
                AnswerTime = Number(ref reader);
            }

            reader.Skip();
        }

        private static long? Number(ref Utf8JsonReader reader)
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
        }
    }
}
