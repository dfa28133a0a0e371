using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>An answer as one message of Anthropic's, which is written when it has ended.</summary>
internal sealed class MessagesAnswer(IBufferWriter<byte> output, AnswerNaming naming, ImmutableArray<string> stops) : IAnswerSink
{
    private readonly List<Block> _blocks = [];

    public void Begin()
    {
    }

    public void Reasoning(ReadOnlySpan<char> text) => Last<Block.Thinking>().Words.Append(text);

    public void Signature(ReadOnlySpan<char> signature)
    {
        if (signature.StartsWith(MessagesBlocks.Redacted))
        {
            _blocks.Add(new Block.Redacted(signature[MessagesBlocks.Redacted.Length..].ToString()));
        }
        else
        {
            Last<Block.Thinking>().Signature.Append(signature);
        }
    }

    public void Text(ReadOnlySpan<char> text) => Last<Block.Text>().Words.Append(text);

    public void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name) =>
        _blocks.Add(new Block.ToolUse(id.IsEmpty ? MessagesStream.CallId(naming, index) : id.ToString(), name.ToString()));

    public void Arguments(int index, ReadOnlySpan<char> json) => ((Block.ToolUse)_blocks[^1]).Arguments.Append(json);

    public void End(in AnswerEnd end)
    {
        using var json = new Utf8JsonWriter(output, PieceWriter.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, MessagesStream.MessageId(naming));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, naming.Model);
        json.WriteStartArray("content"u8);
        foreach (var block in _blocks)
        {
            json.WriteStartObject();
            Write(json, block);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var stop = MessagesStopReason.Told(end, stops);
        json.WriteString("stop_reason"u8, MessagesStopReason.Of(end, _blocks.Exists(block => block is Block.ToolUse), stop));
        json.WriteString("stop_sequence"u8, stop);
        json.WritePropertyName("usage"u8);
        MessagesUsage.Write(json, end.Usage);
        json.WriteEndObject();
    }

    /// <summary>A failed answer is an error, which others write.</summary>
    public void Fail(AnswerFailure failure) => _blocks.Clear();

    private static void Write(Utf8JsonWriter json, Block block)
    {
        switch (block)
        {
            case Block.Thinking thinking:
                json.WriteString("type"u8, "thinking"u8);
                json.WritePiece("thinking"u8, thinking.Words.ToString());
                json.WriteString("signature"u8, thinking.Signature.ToString());
                break;
            case Block.Redacted redacted:
                json.WriteString("type"u8, "redacted_thinking"u8);
                json.WriteString("data"u8, redacted.Hidden);
                break;
            case Block.Text text:
                json.WriteString("type"u8, "text"u8);
                json.WritePiece("text"u8, text.Words.ToString());
                break;
            case Block.ToolUse call:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, call.Id);
                json.WriteString("name"u8, call.Name);
                json.WritePropertyName("input"u8);
                ToolInput.WriteForClient(json, call.Arguments.ToString());
                break;
        }
    }

    private T Last<T>()
        where T : Block, new()
    {
        if (_blocks is [.., T last])
        {
            return last;
        }

        var next = new T();
        _blocks.Add(next);
        return next;
    }

    private abstract class Block
    {
        public sealed class Thinking : Block
        {
            public StringBuilder Words { get; } = new();

            public StringBuilder Signature { get; } = new();
        }

        public sealed class Redacted(string hidden) : Block
        {
            public string Hidden => hidden;
        }

        public sealed class Text : Block
        {
            public StringBuilder Words { get; } = new();
        }

        public sealed class ToolUse(string id, string name) : Block
        {
            public string Id => id;

            public string Name => name;

            public StringBuilder Arguments { get; } = new();
        }
    }
}
