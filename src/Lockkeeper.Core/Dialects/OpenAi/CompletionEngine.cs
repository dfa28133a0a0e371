using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>How an engine of OpenAI's dialect is asked to go on with a text. Its answers are told as text.</summary>
internal static class CompletionEngine
{
    public const string Path = "/v1/completions";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteRequest(CompletionTurn turn, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Readable);
        json.WriteStartObject();
        json.WriteString("model"u8, turn.Model);
        json.WriteBoolean("stream"u8, turn.Stream);
        if (turn.Stream)
        {
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        if (turn.MaxTokens is { } most)
        {
            json.WriteNumber("max_tokens"u8, most);
        }

        SamplingJson.Write(turn.Sampling, turn.Stop, json);
        ChatRequestWriter.WriteFormat(turn.Format, json);
        json.WriteString("prompt"u8, turn.Prompt);
        if (turn.Suffix is { } suffix)
        {
            json.WriteString("suffix"u8, suffix);
        }

        json.WriteEndObject();
    }

    public static IAnswerReader ReadStream(IAnswerSink sink) => new ChatStreamReader(sink);

    /// <exception cref="InvalidDataException">It is no answer of this dialect.</exception>
    public static void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink) => ChatStreamReader.ReadWhole(json, sink);
}
