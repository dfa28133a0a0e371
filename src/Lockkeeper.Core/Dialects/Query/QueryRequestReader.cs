using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Query;

/// <summary>Reads a request to sluice's <c>/v1/query</c>. sluice checked no types; a wrong one is told here.</summary>
internal static class QueryRequestReader
{
    /// <summary>The model of a request that names none.</summary>
    public const string DefaultModel = "fast";

    private const long DefaultMaxTokens = 2048;
    private const double DefaultTemperature = 0.3;
    private const double DefaultTimeout = 120;
    private const double LongestTimeout = 300;

    public static Checked<QueryChat> Read(in ReadOnlySequence<byte> body) => RequestFields.Read(body, static (root, fields) =>
    {
        var prompt = fields.Required(root, "prompt", "prompt") is { } asked ? fields.TextOf(asked, "prompt") : null;
        if (prompt is "")
        {
            fields.Fail("prompt", "must not be empty.");
        }

        var question = new ChatMessage(ChatRole.User, [new ChatPart.Text(prompt ?? "")]);
        var tools = MessagesTools.Read(root, fields);
        var choice = MessagesTools.ReadChoice(root, fields, tools, out var parallel);
        var turn = new ChatTurn
        {
            Model = fields.Text(root, "model") is { Length: > 0 } model ? model : DefaultModel,
            Messages = fields.Text(root, "system") is { Length: > 0 } system ? [new ChatMessage(ChatRole.System, [new ChatPart.Text(system)]), question] : [question],
            MaxTokens = MaxTokens(root, fields),
            Sampling = new Sampling { Temperature = fields.Number(root, "temperature") ?? DefaultTemperature },
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = parallel,
            CachesSystem = fields.Boolean(root, "cache_system") ?? false,
        };
        return new QueryChat(turn) { Timeout = Timeout(root, fields) };
    });

    private static long MaxTokens(JsonElement root, RequestFields fields)
    {
        var tokens = fields.Integer(root, "max_tokens") ?? DefaultMaxTokens;
        if (tokens < 1)
        {
            fields.Fail("max_tokens", $"must be at least 1, not {tokens}.");
        }

        return tokens;
    }

    private static TimeSpan Timeout(JsonElement root, RequestFields fields)
    {
        var seconds = fields.Number(root, "timeout") ?? DefaultTimeout;
        if (seconds <= 0)
        {
            fields.Fail("timeout", "must be more than 0 seconds.");
        }

        return TimeSpan.FromSeconds(Math.Min(Math.Max(seconds, 0), LongestTimeout));
    }
}
