using System.Buffers;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Writes the <c>response</c> object, as it stands at some moment of its life.</summary>
/// <param name="echo">What it repeats of its request.</param>
/// <param name="naming">What the answer is called.</param>
internal sealed class ResponseJson(ResponseEcho echo, AnswerNaming naming)
{
    /// <summary>Id of the response.</summary>
    public string Id { get; } = $"resp_{naming.RequestId}";

    /// <summary>A response that has not come to its end.</summary>
    public void WriteInProgress(IBufferWriter<byte> output) => Write(output, "in_progress", null, null, default, null);

    /// <summary>A response that has.</summary>
    /// <param name="output">Where it is written.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="items">Its items, with commas between.</param>
    public void WriteEnded(IBufferWriter<byte> output, in AnswerEnd end, ReadOnlySpan<byte> items)
    {
        var isComplete = IsComplete(end.Finish);
        var reason = end.Finish == AnswerFinish.Length ? "max_output_tokens" : "content_filter";
        Write(output, isComplete ? "completed" : "incomplete", null, isComplete ? null : reason, items, end.Usage);
    }

    /// <summary>A response that broke off.</summary>
    /// <param name="output">Where it is written.</param>
    /// <param name="error">Why.</param>
    /// <param name="items">The items that were whole before.</param>
    public void WriteFailed(IBufferWriter<byte> output, ErrorText error, ReadOnlySpan<byte> items) => Write(output, "failed", error, null, items, null);

    public static bool IsComplete(AnswerFinish finish) => finish is AnswerFinish.Stop or AnswerFinish.ToolCalls;

    private void Write(IBufferWriter<byte> output, string status, ErrorText? error, string? incomplete, ReadOnlySpan<byte> items, TokenUsage? usage)
    {
        Text(output, "{\"id\":");
        JsonText.WriteString(output, Id);
        Text(output, string.Create(CultureInfo.InvariantCulture, $",\"object\":\"response\",\"created_at\":{naming.Began.ToUnixTimeSeconds()},\"status\":\"{status}\",\"error\":"));
        if (error is null)
        {
            output.Write("null"u8);
        }
        else
        {
            output.Write("{\"code\":"u8);
            JsonText.WriteString(output, CodeOf(error));
            output.Write(",\"message\":"u8);
            JsonText.WriteString(output, error.Message);
            output.Write("}"u8);
        }

        Text(output, $",\"incomplete_details\":{(incomplete is null ? "null" : $$"""{"reason":"{{incomplete}}"}""")},");
        output.Write(echo.BeforeModel.Span);
        output.Write(",\"model\":"u8);
        JsonText.WriteString(output, naming.Model);
        output.Write(",\"output\":["u8);
        output.Write(items);
        output.Write("],\"previous_response_id\":null,\"store\":false,"u8);
        output.Write(echo.AfterOutput.Span);
        Text(output, $",\"usage\":{(usage is { } counts ? Usage(counts) : "null")},");
        output.Write(echo.AtEnd.Span);
        output.Write("}"u8);
    }

    /// <summary>Both details are required, so what an engine does not say is none.</summary>
    private static string Usage(TokenUsage usage) => string.Create(CultureInfo.InvariantCulture, $"{{\"input_tokens\":{usage.Prompt},\"input_tokens_details\":{{\"cached_tokens\":{usage.Cached ?? 0}}},")
        + string.Create(CultureInfo.InvariantCulture, $"\"output_tokens\":{usage.Completion},\"output_tokens_details\":{{\"reasoning_tokens\":{usage.Reasoning ?? 0}}},")
        + string.Create(CultureInfo.InvariantCulture, $"\"total_tokens\":{(long)usage.Prompt + usage.Completion}}}");

    /// <summary>Codex knows <c>context_length_exceeded</c> and <c>rate_limit_exceeded</c>; an engine's own word is kept.</summary>
    private static string CodeOf(ErrorText error) => error.Code ?? error.Status switch
    {
        429 => "rate_limit_exceeded",
        < 500 => "invalid_prompt",
        _ => "server_error",
    };

    private static void Text(IBufferWriter<byte> output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
