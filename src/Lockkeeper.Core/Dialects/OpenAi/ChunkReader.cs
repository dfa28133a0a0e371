using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Reads the objects that an engine answers with: the chunks of a stream, one after the other, or the one of a whole answer; of chats, or of plain completions.</summary>
internal sealed class ChunkReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyPeek.MaxDepth };

    private readonly IAnswerSink _sink;
    private readonly TextPieces _pieces;
    private readonly ToolCallPieces _calls;
    private readonly EngineCounts _counts = new();
    private AnswerFinish? _finish;
    private string? _stopText;

    public ChunkReader(IAnswerSink sink)
    {
        _sink = sink;
        _pieces = new TextPieces(sink);
        _calls = new ToolCallPieces(sink, _pieces);
    }

    /// <summary>Whether the end, or a failure, has been told.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether there has been anything of an answer, or a failure.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the engine has said why the answer ends.</summary>
    public bool IsFinished => _finish is not null;

    /// <exception cref="InvalidDataException">It is no such object.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"what it sends is no JSON object: {Cite(json)}");
            }

            if (HasError(reader))
            {
                (HasBegun, HasEnded) = (true, true);
                _sink.Fail(EngineError.ReadStreamed(json));
                return;
            }

            ReadMembers(ref reader);
            reader.Read();
        }
        catch (JsonException)
        {
            throw new InvalidDataException($"what it sends is no JSON: {Cite(json)}");
        }
    }

    /// <summary>Tells the end.</summary>
    public void End()
    {
        if (HasEnded)
        {
            return;
        }

        HasEnded = true;
        Begin();
        _pieces.Flush();
        _calls.Close();
        var finish = _finish ?? AnswerFinish.Stop;
        if (finish == AnswerFinish.Stop && _calls.Count > 0)
        {
            // Engines say "stop" behind calls, and clients then do not run the tools.
            finish = AnswerFinish.ToolCalls;
        }

        _sink.End(new AnswerEnd(finish, _counts.Usage) { StopText = _stopText, Timings = _counts.Timings });
    }

    /// <summary>An error takes the place of an answer, so it is looked for before anything is told. vLLM marks its own with <c>"object":"error"</c>.</summary>
    private static bool HasError(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isError = JsonText.Is(reader, "error"u8);
            var isKind = JsonText.Is(reader, "object"u8);
            reader.Read();
            if ((isError && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String)
                || (isKind && reader.TokenType == JsonTokenType.String && JsonText.Is(reader, "error"u8)))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "choices"u8))
            {
                reader.Read();
                ReadChoices(ref reader);
            }
            else if (JsonText.Is(reader, "usage"u8))
            {
                reader.Read();
                _counts.ReadUsage(ref reader);
            }
            else if (JsonText.Is(reader, "timings"u8))
            {
                reader.Read();
                _counts.ReadTimings(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        Begin();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadChoice(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        var index = 0;
        Utf8JsonReader said = default, text = default, finish = default, stop = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "index"u8))
            {
                reader.Read();
                index = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : 0;
            }
            else if (JsonText.Is(reader, "delta"u8) || JsonText.Is(reader, "message"u8))
            {
                reader.Read();
                said = reader;
            }
            else if (JsonText.Is(reader, "text"u8))
            {
                reader.Read();
                text = reader;
            }
            else if (JsonText.Is(reader, "finish_reason"u8))
            {
                reader.Read();
                finish = reader;
            }
            else if (JsonText.Is(reader, "stop_reason"u8))
            {
                reader.Read();
                stop = reader;
            }

            reader.Skip();
        }

        if (index != 0)
        {
            return;
        }

        Tell(TextPieces.Voice.Text, text);
        if (said.TokenType == JsonTokenType.StartObject)
        {
            ReadMessage(said);
        }

        _stopText = TextOf(stop) ?? _stopText;
        _finish = TextOf(finish) is { Length: > 0 } reason ? FinishReason.Read(reason) : _finish;
    }

    private void ReadMessage(Utf8JsonReader reader)
    {
        Utf8JsonReader content = default, reasoning = default, reasoningContent = default, refusal = default, calls = default, function = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "content"u8))
            {
                reader.Read();
                content = reader;
            }
            else if (JsonText.Is(reader, "reasoning_content"u8))
            {
                reader.Read();
                reasoningContent = reader;
            }
            else if (JsonText.Is(reader, "reasoning"u8))
            {
                reader.Read();
                reasoning = reader;
            }
            else if (JsonText.Is(reader, "refusal"u8))
            {
                reader.Read();
                refusal = reader;
            }
            else if (JsonText.Is(reader, "tool_calls"u8))
            {
                reader.Read();
                calls = reader;
            }
            else if (JsonText.Is(reader, "function_call"u8))
            {
                reader.Read();
                function = reader;
            }

            reader.Skip();
        }

        // Engines that are changing from one name to the other send the same text under both.
        var isNamedOld = reasoningContent.TokenType == JsonTokenType.String && !reasoningContent.ValueSpan.IsEmpty;
        Tell(TextPieces.Voice.Reasoning, isNamedOld ? reasoningContent : reasoning);
        Tell(TextPieces.Voice.Text, content);
        Tell(TextPieces.Voice.Text, refusal);
        if (calls.TokenType == JsonTokenType.StartArray)
        {
            _calls.ReadAll(calls);
        }
        else if (function.TokenType == JsonTokenType.StartObject)
        {
            _calls.ReadFunction(function);
        }
    }

    private void Tell(TextPieces.Voice voice, in Utf8JsonReader value)
    {
        if (value.TokenType == JsonTokenType.String)
        {
            _pieces.Tell(voice, 0, value);
        }
    }

    private void Begin()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            _sink.Begin();
        }
    }

    private static string? TextOf(in Utf8JsonReader value)
    {
        if (value.TokenType != JsonTokenType.String)
        {
            return null;
        }

        var text = new char[value.ValueSpan.Length];
        return new string(text, 0, JsonText.Read(value, text));
    }

    /// <summary>The beginning of what an engine sent, for an error message.</summary>
    public static string Cite(ReadOnlySpan<byte> bytes)
    {
        const int Most = 100;
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, Most)]);
        return bytes.Length <= Most ? text : $"{text}…";
    }
}
