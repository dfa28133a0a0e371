using System.Text.Json;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>What <c>claude -p --output-format=json</c> has printed.</summary>
/// <param name="Text">The answer, or what is wrong.</param>
/// <param name="IsError">Which of both.</param>
internal sealed record ClaudeAnswer(string Text, bool IsError)
{
    /// <summary>The API's status behind an error; null where it had none.</summary>
    public int? Status { get; private init; }

    public AnswerFinish Finish { get; private init; }

    public TokenUsage? Usage { get; private init; }

    /// <returns>Null when it is no answer.</returns>
    public static ClaudeAnswer? Read(ReadOnlyMemory<byte> printed)
    {
        try
        {
            using var json = JsonDocument.Parse(printed);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            return new ClaudeAnswer(result.GetString()!, root.TryGetProperty("is_error", out var wrong) && wrong.ValueKind == JsonValueKind.True)
            {
                Status = Number(root, "api_error_status") is { } status and >= 400 and < 600 ? status : null,
                Finish = root.TryGetProperty("stop_reason", out var reason) && reason.ValueKind == JsonValueKind.String && reason.ValueEquals("max_tokens"u8) ? AnswerFinish.Length : AnswerFinish.Stop,
                Usage = root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object ? UsageOf(usage) : null,
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or text that is none
        }
    }

    /// <summary>Anthropic counts what was in a cache apart.</summary>
    private static TokenUsage? UsageOf(JsonElement usage) => Number(usage, "input_tokens") is { } input && Number(usage, "output_tokens") is { } output
        ? new TokenUsage(input + (Number(usage, "cache_creation_input_tokens") ?? 0) + (Number(usage, "cache_read_input_tokens") ?? 0), output)
        {
            Cached = Number(usage, "cache_read_input_tokens"),
            Written = Number(usage, "cache_creation_input_tokens"),
        }
        : null;

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number : null;
}
