namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>OpenAI's words for why an answer ended.</summary>
internal static class FinishReason
{
    public static string Of(AnswerFinish finish) => finish switch
    {
        AnswerFinish.Length => "length",
        AnswerFinish.ToolCalls => "tool_calls",
        AnswerFinish.Filtered => "content_filter",
        _ => "stop",
    };

    public static AnswerFinish Read(string word) => word switch
    {
        "length" or "max_tokens" => AnswerFinish.Length,
        "tool_calls" or "function_call" => AnswerFinish.ToolCalls,
        "content_filter" => AnswerFinish.Filtered,
        _ => AnswerFinish.Stop,
    };
}
