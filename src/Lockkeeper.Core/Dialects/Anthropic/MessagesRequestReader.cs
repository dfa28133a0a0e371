using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Reads a request to <c>/v1/messages</c>. What only Anthropic's own service can do (caching, metadata, tiers, tools that run there) is left out without a word: local engines have no use for it.</summary>
internal static class MessagesRequestReader
{
    public static Checked<ClientChat> Read(in ReadOnlySequence<byte> body) => RequestFields.Read<ClientChat>(body, static (root, fields) => new MessagesChat(Turn(root, fields, isCount: false)));

    /// <summary>Reads a request to <c>/v1/messages/count_tokens</c>, which says nothing of the answer.</summary>
    public static Checked<ChatTurn> ReadToCount(in ReadOnlySequence<byte> body) => RequestFields.Read(body, static (root, fields) => Turn(root, fields, isCount: true));

    private static ChatTurn Turn(JsonElement root, RequestFields fields, bool isCount)
    {
        if (fields.Required(root, "model", "model") is null || fields.Required(root, "messages", "messages") is null)
        {
            return new ChatTurn { Model = "" };
        }

        var messages = Messages(root, fields);
        var tools = MessagesTools.Read(root, fields);
        var choice = MessagesTools.ReadChoice(root, fields, tools, out var parallel);
        var turn = new ChatTurn
        {
            Model = fields.Text(root, "model") ?? "",
            Stream = fields.Boolean(root, "stream") ?? false,
            Messages = messages,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = parallel,
            Sampling = new Sampling { Temperature = fields.Number(root, "temperature"), TopP = fields.Number(root, "top_p"), TopK = fields.Integer(root, "top_k") },
            Stop = [.. fields.Items(root, "stop_sequences").Select(stop => fields.TextOf(stop.Item, stop.Path)).OfType<string>()],
            MaxTokens = isCount ? null : MaxTokens(root, fields),
            Format = Format(root, fields),
            Thinking = Thinking(root, fields),
            ContinuesLastMessage = messages is [.., { Role: ChatRole.Assistant, Parts.IsEmpty: false }],
        };
        if (messages.All(message => message.Role == ChatRole.System))
        {
            fields.Fail("messages", "must hold at least one message."); // an engine would say so too, but only when the model is loaded
        }

        return turn;
    }

    private static ImmutableArray<ChatMessage> Messages(JsonElement root, RequestFields fields)
    {
        var blocks = new MessagesBlocks(fields);
        var messages = ImmutableArray.CreateBuilder<ChatMessage>();
        if (RequestFields.Find(root, "system") is { } system && blocks.System(system, "system") is { IsEmpty: false } said)
        {
            messages.Add(new ChatMessage(ChatRole.System, said));
        }

        foreach (var (item, path) in fields.Items(root, "messages"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
                break;
            }

            Message(item, path, blocks, fields, messages);
        }

        return messages.DrainToImmutable();
    }

    private static void Message(JsonElement item, string path, MessagesBlocks blocks, RequestFields fields, ImmutableArray<ChatMessage>.Builder messages)
    {
        var content = fields.Required(item, "content", $"{path}.content");
        var role = fields.Required(item, "role", $"{path}.role") is { } named ? fields.TextOf(named, $"{path}.role") : null;
        if (content is not { } said || role is null)
        {
            return;
        }

        switch (role)
        {
            case "user":
                messages.AddRange(blocks.User(said, $"{path}.content"));
                break;
            case "assistant":
                Assistant(blocks.Assistant(said, $"{path}.content"), messages);
                break;
            case "system":
                messages.Add(new ChatMessage(ChatRole.System, blocks.System(said, $"{path}.content")));
                break;
            default:
                fields.Fail($"{path}.role", $"must be 'user', 'assistant' or 'system', not {RequestFields.Quote(role)}.");
                break;
        }
    }

    /// <summary>Where a conversation was compacted, nobody reads what was before the summary: so does Anthropic, and the client may count on the room. It is told as the user's words, since many templates want those first.</summary>
    private static void Assistant((ImmutableArray<ChatPart> Said, ChatPart? Summary) heard, ImmutableArray<ChatMessage>.Builder messages)
    {
        if (heard.Summary is { } summary)
        {
            messages.RemoveAll(message => message.Role != ChatRole.System);
            messages.Add(new ChatMessage(ChatRole.User, [summary]));
        }

        if (heard.Summary is null || !heard.Said.IsEmpty)
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, heard.Said));
        }
    }

    private static long? MaxTokens(JsonElement root, RequestFields fields)
    {
        if (fields.Required(root, "max_tokens", "max_tokens") is null || fields.Integer(root, "max_tokens") is not { } tokens)
        {
            return null;
        }

        if (tokens < 1)
        {
            fields.Fail("max_tokens", $"must be at least 1, not {tokens}.");
        }

        return tokens;
    }

    /// <summary>Its place was <c>output_format</c> once, and clients of that time are about.</summary>
    private static AnswerFormat? Format(JsonElement root, RequestFields fields)
    {
        var (format, path) = fields.Object(root, "output_config") is { } config && fields.Object(config, "format", "output_config.format") is { } inside
            ? (inside, "output_config.format")
            : (fields.Object(root, "output_format"), "output_format");
        if (format is not { } asked)
        {
            return null;
        }

        if (fields.Text(asked, "type", $"{path}.type") is { } type && type != "json_schema")
        {
            fields.Fail($"{path}.type", $"must be 'json_schema', not {RequestFields.Quote(type)}.");
        }

        return fields.Required(asked, "schema", $"{path}.schema") is not null && fields.Object(asked, "schema", $"{path}.schema") is { } schema
            ? new AnswerFormat(schema.GetRawText())
            : null;
    }

    private static Thinking? Thinking(JsonElement root, RequestFields fields)
    {
        if (fields.Object(root, "thinking") is not { } thinking)
        {
            return null;
        }

        var effort = fields.Object(root, "output_config") is { } config ? fields.Text(config, "effort", "output_config.effort") : null;
        effort = effort == "max" ? "xhigh" : effort; // the most that others have
        var type = fields.Required(thinking, "type", "thinking.type") is { } kind ? fields.TextOf(kind, "thinking.type") : null;
        switch (type)
        {
            case "enabled":
                return new Thinking(true, effort, fields.Integer(thinking, "budget_tokens", "thinking.budget_tokens"));
            case "adaptive" or "between_tools":
                return new Thinking(true, effort);
            case "disabled":
                return new Thinking(false);
            case not null:
                fields.Fail("thinking.type", $"must be 'enabled', 'adaptive', 'between_tools' or 'disabled', not {RequestFields.Quote(type)}.");
                break;
        }

        return null;
    }
}
