using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>A <see cref="RouterError"/> as the JSON that the SDKs of a dialect understand.</summary>
internal static class ErrorBody
{
    /// <summary>Errors are read by people in terminals, never pasted into HTML by us: quotes and umlauts stay what they are.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the error object, without framing.</summary>
    public static void Write(RouterError error, Dialect dialect, IBufferWriter<byte> output)
    {
        switch (dialect)
        {
            case Dialect.OpenAi:
                WriteOpenAi(error, output);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);
        }
    }

    /// <summary>Writes the error as the last events of a stream that has begun already.</summary>
    public static void WriteStreamEnd(RouterError error, Dialect dialect, IBufferWriter<byte> output)
    {
        switch (dialect)
        {
            case Dialect.OpenAi:
                output.Write("data: "u8);
                WriteOpenAi(error, output);
                output.Write("\n\ndata: [DONE]\n\n"u8);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);
        }
    }

    private static void WriteOpenAi(RouterError error, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Readable);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Status switch
        {
            429 => "rate_limit_error",
            < 500 => "invalid_request_error",
            _ => "server_error",
        });
        json.WriteString("param", error.Field);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
