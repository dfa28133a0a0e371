using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Why an answer ended, and what went wrong, in Anthropic's words.</summary>
internal static class MessagesStopReason
{
    /// <param name="end">How it ended.</param>
    /// <param name="hasCalls">Whether tools were called: engines differ in whether that is an end of its own.</param>
    /// <param name="stop">The client's stop text that ended it; null for none.</param>
    public static string Of(in AnswerEnd end, bool hasCalls, string? stop) => end.Finish switch
    {
        AnswerFinish.Length => "max_tokens",
        AnswerFinish.Filtered => "refusal",
        AnswerFinish.ToolCalls => "tool_use",
        _ when hasCalls => "tool_use",
        _ => stop is null ? "end_turn" : "stop_sequence",
    };

    /// <summary>The stop text that the client is told of: one of its own. A model's configuration may have others, which are nobody's business but its own.</summary>
    public static string? Told(in AnswerEnd end, ImmutableArray<string> asked) => end.StopText is { } stop && asked.Contains(stop) ? stop : null;

    /// <summary>A pause is an end to clients of other dialects, who know of none.</summary>
    public static AnswerFinish Parse(string? reason) => reason switch
    {
        "max_tokens" or "model_context_window_exceeded" => AnswerFinish.Length,
        "tool_use" => AnswerFinish.ToolCalls,
        "refusal" => AnswerFinish.Filtered,
        _ => AnswerFinish.Stop,
    };

    /// <summary>The status that a kind of error has outside of a stream; null for a kind that is none of Anthropic's.</summary>
    public static int? StatusOf(string? error) => error switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        "api_error" => 500,
        _ => null,
    };
}
