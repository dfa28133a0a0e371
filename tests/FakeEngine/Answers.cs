using System.Text;

namespace FakeEngine;

/// <summary>The JSON an OpenAI-shaped engine answers with, written by hand: a serialiser would cost a fresh process more than all the rest.</summary>
internal static class Answers
{
    public const string NoRoute = """{"error":{"message":"no such route","type":"invalid_request_error","param":null,"code":null}}""";

    public static string Health(bool ready) => ready ? """{"status":"ok"}""" : """{"status":"loading"}""";

    public static string Error(int status) =>
        $$$"""{"error":{"message":"fake error {{{status}}}","type":"invalid_request_error","param":null,"code":"fake_{{{status}}}"}}""";

    public static string Models(string id) =>
        $$$"""{"object":"list","data":[{"id":{{{Request.Quote(id)}}},"object":"model","created":0,"owned_by":"fake"}]}""";

    public static string Whole(string path, string id, string text, Request? echo)
    {
        var (name, kind, content) = path switch
        {
            "/v1/embeddings" => ("embd-fake", "list", """ "data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}] """),
            "/v1/completions" => ("cmpl-fake", "text_completion", $$$""" "choices":[{"index":0,"text":{{{Request.Quote(text)}}},"logprobs":null,"finish_reason":"stop"}] """),
            _ => ("chatcmpl-fake", "chat.completion", $$$""" "choices":[{"index":0,"message":{"role":"assistant","content":{{{Request.Quote(text)}}}},"finish_reason":"stop"}] """),
        };
        return new StringBuilder(Opening(name, kind, id))
            .Append(content.AsSpan().Trim())
            .Append(""","usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}""")
            .Append(echo is null ? "" : $",\"request\":{echo.Describe()}")
            .Append('}').ToString();
    }

    /// <summary>One event of a stream; without text it is the one that finishes.</summary>
    public static string Chunk(string path, string id, string? text)
    {
        var finish = text is null ? "\"stop\"" : "null";
        var delta = text is null ? "" : $"\"content\":{Request.Quote(text)}";
        return path == "/v1/completions"
            ? $$$"""data: {{{Opening("cmpl-fake", "text_completion", id)}}}"choices":[{"index":0,"text":{{{Request.Quote(text ?? "")}}},"finish_reason":{{{finish}}}}]}""" + "\n\n"
            : $$$"""data: {{{Opening("chatcmpl-fake", "chat.completion.chunk", id)}}}"choices":[{"index":0,"delta":{{{{delta}}}},"finish_reason":{{{finish}}}}]}""" + "\n\n";
    }

    public static string Usage(string id, int tokens) =>
        $$$"""data: {{{Opening("chatcmpl-fake", "chat.completion.chunk", id)}}}"choices":[],"""
        + $$$""" "usage":{"prompt_tokens":1,"completion_tokens":{{{tokens}}},"total_tokens":{{{tokens + 1}}}}}""" + "\n\n";

    private static string Opening(string name, string kind, string id) => $$$"""{"id":"{{{name}}}","object":"{{{kind}}}","created":0,"model":{{{Request.Quote(id)}}},""";
}
