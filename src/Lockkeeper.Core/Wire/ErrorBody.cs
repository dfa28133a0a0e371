using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>An error as the JSON that the SDKs of a dialect understand.</summary>
internal static class ErrorBody
{
    /// <summary>The status to answer with: Anthropic's clients know being too busy by a number of its own.</summary>
    public static int StatusOf(ErrorText error, Dialect dialect) => dialect == Dialect.Anthropic && IsBusy(error) ? 529 : error.Status;

    /// <summary>Writes the error object, without framing.</summary>
    public static void Write(ErrorText error, Dialect dialect, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        switch (dialect)
        {
            case Dialect.OpenAi or Dialect.Responses:
                json.WriteStartObject();
                json.WritePropertyName("error"u8);
                WriteOpenAi(error, json);
                json.WriteEndObject();
                break;
            case Dialect.Anthropic:
                WriteAnthropic(error, json);
                break;
            case Dialect.Ollama:
                json.WriteStartObject();
                json.WriteString("error"u8, error.Message);
                json.WriteString("code"u8, error.Code);
                json.WriteEndObject();
                break;
            case Dialect.Query:
                WriteQuery(error, json);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);
        }
    }

    /// <summary>Writes the error as the end of a stream that has begun already, for want of one who knows what was said in it.</summary>
    /// <param name="error">What to say.</param>
    /// <param name="dialect">In whose shape.</param>
    /// <param name="output">Where the stream goes.</param>
    /// <param name="number">Of the next event, where events have numbers; null where it is not known.</param>
    public static void WriteStreamEnd(ErrorText error, Dialect dialect, IBufferWriter<byte> output, int? number = null)
    {
        switch (dialect)
        {
            case Dialect.Anthropic:
                output.Write("event: error\ndata: "u8);
                Write(error, dialect, output);
                output.Write("\n\n"u8);
                break;
            case Dialect.Ollama:
                Write(error, dialect, output);
                output.Write("\n"u8);
                break;
            case Dialect.Responses:
                output.Write("event: error\ndata: "u8);
                WriteResponses(error, number, output);
                output.Write("\n\n"u8);
                break;
            default:
                output.Write("data: "u8);
                Write(error, dialect, output);
                output.Write("\n\ndata: [DONE]\n\n"u8);
                break;
        }
    }

    /// <summary>Writes OpenAI's inner object: what stands behind <c>"error":</c>.</summary>
    public static void WriteOpenAi(ErrorText error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Status switch
        {
            429 => "rate_limit_error",
            < 500 => "invalid_request_error",
            _ => "server_error",
        });
        json.WriteString("param"u8, error.Field);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
    }

    /// <summary>Writes Anthropic's error object, which is the data of its <c>error</c> event too.</summary>
    public static void WriteAnthropic(ErrorText error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, AnthropicTypeOf(error));
        json.WriteString("message"u8, error.Message);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The event that OpenAI's SDKs raise as an error, whatever was said before.</summary>
    private static void WriteResponses(ErrorText error, int? number, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Field);
        if (number is { } next)
        {
            json.WriteNumber("sequence_number"u8, next);
        }

        json.WriteEndObject();
    }

    /// <summary>Anthropic's word for the kind of an error.</summary>
    private static string AnthropicTypeOf(ErrorText error) => error.Status switch
    {
        _ when IsBusy(error) => "overloaded_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        < 500 => "invalid_request_error",
        _ => "api_error",
    };

    private static bool IsBusy(ErrorText error) => error.Status == 529 || error.Code is "queue_full" or "displaced" or "drained" or "shutting_down";

    /// <summary>sluice's clients look at <c>status</c> first.</summary>
    private static void WriteQuery(ErrorText error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, error switch
        {
            { Code: "queue_full" or "displaced" } => "overloaded",
            { Status: 504 } => "timeout",
            { Status: >= 500 } => "degraded",
            _ => "error",
        });
        json.WriteString("error"u8, error.Message);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
    }
}
