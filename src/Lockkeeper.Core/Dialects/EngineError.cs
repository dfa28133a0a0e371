using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>Reads what an engine says of an error. Engines agree on no shape: OpenAI's, FastAPI's, Anthropic's, Ollama's or plain text may come from any of them.</summary>
internal static class EngineError
{
    /// <summary>Characters of a message that is passed on: an HTML page says nothing more in its second half.</summary>
    private const int LongestText = 500;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyPeek.MaxDepth };

    /// <param name="status">HTTP status of the answer.</param>
    /// <param name="body">Its body, or as much of it as is at hand.</param>
    public static AnswerFailure Read(int status, ReadOnlySpan<byte> body) => Read(body, status, static (_, status) => status);

    /// <summary>Reads an error within a stream, whose status its kind has to tell.</summary>
    public static AnswerFailure ReadStreamed(ReadOnlySpan<byte> json) => Read(json, 500, StatusOf);

    private static AnswerFailure Read(ReadOnlySpan<byte> body, int status, Func<JsonElement, int, int> statusOf)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            var root = JsonElement.ParseValue(ref reader);
            return Of(root, statusOf(root, status));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a surrogate pair in it: the bytes themselves say more than nothing.
            var text = Cut(Encoding.UTF8.GetString(body));
            return new AnswerFailure(status, null, text.Length > 0 ? text : Silent(status));
        }
    }

    private static AnswerFailure Of(JsonElement root, int status)
    {
        var error = Inner(root);
        var message = Message(error) ?? (error.ValueKind == JsonValueKind.Object && root.ValueKind == JsonValueKind.Object ? Message(root) : null);
        return new AnswerFailure(status, Word(error, "code") ?? Word(error, "type"), message ?? (root.GetRawText() is { Length: > 2 } raw ? Cut(raw) : Silent(status)));
    }

    private static JsonElement Inner(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String ? error : root;

    private static string? Message(JsonElement error)
    {
        switch (error.ValueKind)
        {
            case JsonValueKind.String:
                return Cut(error.GetString()!);
            case JsonValueKind.Object:
                foreach (var name in (ReadOnlySpan<string>)["message", "detail", "msg", "error_description", "title"])
                {
                    if (error.TryGetProperty(name, out var value) && Said(value) is { Length: > 0 } said)
                    {
                        return Cut(said);
                    }
                }

                return null;
            default:
                return null;
        }
    }

    /// <summary>FastAPI tells what is wrong with a request as a list, each with the path of the field.</summary>
    private static string? Said(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(SaidInList).Where(said => said is not null)),
        JsonValueKind.Object => Message(Inner(value)) ?? value.GetRawText(),
        _ => null,
    };

    private static string? SaidInList(JsonElement item)
    {
        if (Message(item) is not { } message)
        {
            return null;
        }

        return item.ValueKind == JsonValueKind.Object && item.TryGetProperty("loc", out var location) && location.ValueKind == JsonValueKind.Array
            ? $"{string.Join('.', location.EnumerateArray().Select(step => step.ToString()))}: {message}"
            : message;
    }

    private static string? Word(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } word ? word : null;

    private static int StatusOf(JsonElement root, int otherwise)
    {
        var error = Inner(root);
        if (error.ValueKind == JsonValueKind.Object
            && (error.TryGetProperty("code", out var code) || error.TryGetProperty("status", out code) || error.TryGetProperty("status_code", out code))
            && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status) && status is >= 400 and <= 599)
        {
            return status;
        }

        return Word(error, "type") switch
        {
            "invalid_request_error" or "BadRequestError" or "exceed_context_size_error" => 400,
            "authentication_error" => 401,
            "permission_error" => 403,
            "not_found_error" or "NotFoundError" => 404,
            "request_too_large" => 413,
            "rate_limit_error" or "rate_limit_exceeded" => 429,
            "not_supported_error" => 501,
            "unavailable_error" or "overloaded_error" => 503,
            "timeout_error" => 504,
            _ => otherwise,
        };
    }

    private static string Silent(int status) => $"The engine answered with status {status} and said nothing more.";

    private static string Cut(string text)
    {
        text = text.Trim();
        if (text.Length <= LongestText)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return $"{text[..end]}…";
    }
}
