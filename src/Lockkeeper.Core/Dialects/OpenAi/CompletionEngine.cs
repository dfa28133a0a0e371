using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>How an engine of OpenAI's dialect is asked to go on with a text. Its answers are read as those of chats are.</summary>
internal static class CompletionEngine
{
    public const string Path = "/v1/completions";

    public static void WriteRequest(CompletionTurn turn, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        ChatRequestWriter.WriteHead(turn.Model, turn.Stream, turn.MaxTokens, json);
        SamplingJson.Write(turn.Sampling, turn.Stop, json);
        ChatRequestWriter.WriteFormat(turn.Format, json);
        json.WriteString("prompt"u8, turn.Prompt);
        if (turn.Suffix is { } suffix)
        {
            json.WriteString("suffix"u8, suffix);
        }

        json.WriteEndObject();
    }
}
