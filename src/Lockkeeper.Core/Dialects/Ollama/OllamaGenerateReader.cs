using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Reads a request to <c>/api/generate</c>: a prompt that is a chat of one question, or with <c>raw</c> or <c>suffix</c> a text to go on with.</summary>
internal static class OllamaGenerateReader
{
    public static Checked<OllamaRequest> Read(in ReadOnlySequence<byte> body) => RequestFields.Read(body, static (root, fields) =>
    {
        var model = fields.Required(root, "model", "model") is { } named ? fields.TextOf(named, "model") ?? "" : "";
        var keepAlive = OllamaKeepAlive.Read(root, fields);
        var prompt = fields.Text(root, "prompt") ?? "";
        var suffix = fields.Text(root, "suffix") is { Length: > 0 } behind ? behind : null;
        List<ChatPart> images = [.. OllamaMessages.Images(root, "images", fields)];
        if (prompt.Length == 0 && suffix is null && images is [])
        {
            return OllamaRequest.Silent(model, OllamaSurface.Generate, keepAlive);
        }

        Refuse(root, fields);
        var isRaw = suffix is not null || fields.Boolean(root, "raw") == true;
        if (isRaw && images is not [])
        {
            fields.Fail("images", "stand beside a prompt without a template, which has no place for them; leave out raw and suffix.");
        }

        return isRaw ? (OllamaRequest)Completion(root, fields, model, prompt, suffix) : Chat(root, fields, model, prompt, images);
    });

    /// <summary>To leave these out would be to answer something else than what was asked.</summary>
    private static void Refuse(JsonElement root, RequestFields fields)
    {
        if (fields.Text(root, "template") is { Length: > 0 })
        {
            fields.Fail("template", "is not supported: the engine uses the model's own. Set raw to true and send a prompt that is complete.");
        }

        if (fields.Items(root, "context").Any())
        {
            fields.Fail("context", "is not supported: no conversation is kept here. Send it to /api/chat, as messages.");
        }
    }

    private static OllamaRequest.Completion Completion(JsonElement root, RequestFields fields, string model, string prompt, string? suffix) => new(new CompletionTurn
    {
        Model = model,
        Stream = fields.Boolean(root, "stream") ?? true,
        Prompt = prompt,
        Suffix = suffix,
        Sampling = OllamaOptions.Sampling(root, fields),
        Stop = OllamaOptions.Stop(root, fields),
        MaxTokens = OllamaOptions.MaxTokens(root, fields),
        Format = OllamaOptions.Format(root, fields),
    });

    private static OllamaRequest.Chat Chat(JsonElement root, RequestFields fields, string model, string prompt, List<ChatPart> images)
    {
        var question = new ChatMessage(ChatRole.User, [.. images, .. prompt.Length > 0 ? [new ChatPart.Text(prompt)] : Array.Empty<ChatPart>()]);
        var turn = new ChatTurn
        {
            Model = model,
            Stream = fields.Boolean(root, "stream") ?? true,
            Messages = fields.Text(root, "system") is { Length: > 0 } system ? [new ChatMessage(ChatRole.System, [new ChatPart.Text(system)]), question] : [question],
            Sampling = OllamaOptions.Sampling(root, fields),
            Stop = OllamaOptions.Stop(root, fields),
            MaxTokens = OllamaOptions.MaxTokens(root, fields),
            Format = OllamaOptions.Format(root, fields),
            Thinking = OllamaOptions.Thinking(root, fields),
        };
        return new OllamaRequest.Chat(new OllamaChat(turn, OllamaSurface.Generate), OllamaSurface.Generate);
    }
}
