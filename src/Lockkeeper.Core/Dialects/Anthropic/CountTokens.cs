using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary><c>/v1/messages/count_tokens</c>: how long a prompt is, without an answer.</summary>
internal static class CountTokens
{
    public static Checked<ChatTurn> Read(in ReadOnlySequence<byte> body) => MessagesRequestReader.ReadToCount(body);

    public static void Write(long tokens, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, tokens);
        json.WriteEndObject();
    }
}
