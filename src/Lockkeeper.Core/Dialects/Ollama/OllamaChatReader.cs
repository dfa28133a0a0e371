using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Reads a request to <c>/api/chat</c>.</summary>
internal static class OllamaChatReader
{
    public static Checked<OllamaRequest> Read(in ReadOnlySequence<byte> body) => RequestFields.Read<OllamaRequest>(body, static (root, fields) =>
    {
        var model = fields.Required(root, "model", "model") is { } named ? fields.TextOf(named, "model") ?? "" : "";
        var keepAlive = OllamaKeepAlive.Read(root, fields);
        var messages = new OllamaMessages(fields).Read(root);
        if (messages.IsEmpty)
        {
            return OllamaRequest.Silent(model, OllamaSurface.Chat, keepAlive);
        }

        var turn = new ChatTurn
        {
            Model = model,
            Stream = fields.Boolean(root, "stream") ?? true,
            Messages = messages,
            Tools = Tools(root, fields),
            Sampling = OllamaOptions.Sampling(root, fields),
            Stop = OllamaOptions.Stop(root, fields),
            MaxTokens = OllamaOptions.MaxTokens(root, fields),
            Format = OllamaOptions.Format(root, fields),
            Thinking = OllamaOptions.Thinking(root, fields),
            ContinuesLastMessage = messages is [.., { Role: ChatRole.Assistant, Parts.IsEmpty: false }],
        };
        return new OllamaRequest.Chat(new OllamaChat(turn, OllamaSurface.Chat), OllamaSurface.Chat);
    });

    private static ImmutableArray<ToolSpec> Tools(JsonElement root, RequestFields fields)
    {
        var tools = ImmutableArray.CreateBuilder<ToolSpec>();
        foreach (var (item, path) in fields.Items(root, "tools"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
                break;
            }

            if (fields.Required(item, "function", $"{path}.function") is not null && fields.Object(item, "function", $"{path}.function") is { } function
                && fields.Required(function, "name", $"{path}.function.name") is { } named && fields.TextOf(named, $"{path}.function.name") is { } name)
            {
                tools.Add(new ToolSpec(name, fields.Text(function, "description", $"{path}.function.description"), fields.Object(function, "parameters", $"{path}.function.parameters")?.GetRawText()));
            }
        }

        return tools.DrainToImmutable();
    }
}
