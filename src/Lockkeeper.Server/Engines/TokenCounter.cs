using System.Collections.Frozen;
using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Api;

namespace Lockkeeper.Server.Engines;

/// <summary>Has an engine count the tokens of a chat, with the model's own template and tokeniser.</summary>
internal sealed class TokenCounter(TimeProvider time)
{
    /// <summary>Counting a long chat takes an engine that answers somebody else meanwhile a while.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly FrozenSet<string> LikeLlamaServer = FrozenSet.ToFrozenSet(["llama.cpp", "llama.cpp-router", "ramalama"]);
    private static readonly FrozenSet<string> LikeVllm = FrozenSet.ToFrozenSet(["vllm", "builtin"]);

    /// <summary>The members of a chat that are part of its text.</summary>
    private static readonly FrozenSet<string> OfText = FrozenSet.ToFrozenSet(["model", "messages", "tools", "chat_template_kwargs"]);

    /// <param name="upstream">A run of the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="chat">The request as an OpenAI chat.</param>
    /// <param name="cancellationToken">Ends it by an exception.</param>
    /// <returns>Null where the engine has no tokeniser to ask, or does not answer: who asks has to estimate then.</returns>
    public async Task<int?> CountAsync(Upstream upstream, ModelSpec model, ReadOnlyMemory<byte> chat, CancellationToken cancellationToken)
    {
        var talk = new EngineTalk(upstream, model.Engine, time);
        return model.Engine.Preset is not { } preset ? null
            : LikeLlamaServer.Contains(preset) ? await ByTemplateAsync(talk, chat, cancellationToken)
            : LikeVllm.Contains(preset) ? await ByMessagesAsync(talk, chat, cancellationToken)
            : null;
    }

    /// <summary>Two questions: the text that the template makes of it, and the tokens of that.</summary>
    private static async Task<int?> ByTemplateAsync(EngineTalk talk, ReadOnlyMemory<byte> chat, CancellationToken cancellationToken)
    {
        using var made = await AskAsync(talk, "/apply-template", TextOf(chat, more: null), cancellationToken);
        if (made is null || !made.RootElement.TryGetProperty("prompt", out var prompt) || prompt.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var question = JsonReply.Bytes(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("content");
            prompt.WriteTo(json);
            json.WriteBoolean("add_special", true);
            json.WriteBoolean("parse_special", true);
            json.WriteEndObject();
        });
        using var split = await AskAsync(talk, "/tokenize", question, cancellationToken);
        return split is not null && split.RootElement.TryGetProperty("tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array ? tokens.GetArrayLength() : null;
    }

    private static async Task<int?> ByMessagesAsync(EngineTalk talk, ReadOnlyMemory<byte> chat, CancellationToken cancellationToken)
    {
        using var split = await AskAsync(talk, "/tokenize", TextOf(chat, json => json.WriteBoolean("add_generation_prompt", true)), cancellationToken);
        return split is not null && split.RootElement.TryGetProperty("count", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt32(out var tokens) ? tokens : null;
    }

    private static byte[] TextOf(ReadOnlyMemory<byte> chat, Action<Utf8JsonWriter>? more)
    {
        using var parsed = JsonDocument.Parse(chat);
        return JsonReply.Bytes(json =>
        {
            json.WriteStartObject();
            foreach (var member in parsed.RootElement.EnumerateObject().Where(member => OfText.Contains(member.Name)))
            {
                member.WriteTo(json);
            }

            more?.Invoke(json);
            json.WriteEndObject();
        });
    }

    /// <returns>A JSON object, which the caller disposes; null for any other answer.</returns>
    private static async Task<JsonDocument?> AskAsync(EngineTalk talk, string path, byte[] body, CancellationToken cancellationToken)
    {
        var reply = await talk.AskAsync(new ControlCall("POST", path, body), Patience, cancellationToken);
        var json = reply.IsGood ? reply.Json() : null;
        if (json?.RootElement.ValueKind == JsonValueKind.Object)
        {
            return json;
        }

        json?.Dispose();
        return null;
    }
}
