using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Media;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Reads what Anthropic's messages are made of.</summary>
internal sealed class MessagesBlocks(RequestFields fields)
{
    /// <summary>Stands before the data of a block of redacted thinking where that is kept as a signature, so that it becomes the same block again. No signature has a colon in it.</summary>
    public const string Redacted = "redacted:";

    private const string NamelessDocument = "document.pdf";

    /// <summary>Names of the tools that have been called so far, by the ids of the calls: results do not say them.</summary>
    private readonly Dictionary<string, string> _called = new(StringComparer.Ordinal);

    /// <summary>The last summary in what the assistant is saying.</summary>
    private ChatPart? _summary;

    /// <summary>What the system says, without the line that Claude Code puts before it.</summary>
    public ImmutableArray<ChatPart> System(JsonElement content, string path) =>
    [
        .. Parts(content, path, Text)
            .Select(part => part is ChatPart.Text(var text) ? new ChatPart.Text(AttributionBlock.Without(text)) : part)
            .Where(part => part is not ChatPart.Text { Value: "" }),
    ];

    /// <returns>What is said; and the summary before it, if the conversation was compacted: it stands for all that came before.</returns>
    public (ImmutableArray<ChatPart> Said, ChatPart? Summary) Assistant(JsonElement content, string path)
    {
        _summary = null;
        var parts = Parts(content, path, Said);
        var before = _summary is null ? 0 : parts.FindLastIndex(part => ReferenceEquals(part, _summary)) + 1;
        return ([.. parts.Skip(before)], _summary);
    }

    /// <summary>The messages that one of the user is: results of tools are the tools' to say.</summary>
    public IEnumerable<ChatMessage> User(JsonElement content, string path)
    {
        List<ChatMessage> messages = [];
        foreach (var part in Parts(content, path, Asked))
        {
            var role = part is ChatPart.ToolResult ? ChatRole.Tool : ChatRole.User;
            if (messages is [.., var last] && last.Role == role)
            {
                messages[^1] = last with { Parts = last.Parts.Add(part) };
            }
            else
            {
                messages.Add(new ChatMessage(role, [part]));
            }
        }

        return messages is [] ? [new ChatMessage(ChatRole.User, [])] : messages;
    }

    private delegate IEnumerable<ChatPart>? BlockReader(JsonElement block, string type, string path);

    private List<ChatPart> Parts(JsonElement content, string path, BlockReader read)
    {
        List<ChatPart> parts = [];
        if (content.ValueKind == JsonValueKind.String)
        {
            if (fields.TextOf(content, path) is { Length: > 0 } text)
            {
                parts.Add(new ChatPart.Text(text));
            }

            return parts;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(path, $"must be a string or an array of blocks, not {RequestFields.Describe(content)}.");
            return parts;
        }

        foreach (var (block, at) in RequestFields.ItemsOf(content, path))
        {
            if (block.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(at, $"must be an object, not {RequestFields.Describe(block)}.");
                return parts;
            }

            if (fields.Required(block, "type", $"{at}.type") is not { } kind || fields.TextOf(kind, $"{at}.type") is not { } type)
            {
                return parts;
            }

            if (read(block, type, at) is { } found)
            {
                parts.AddRange(found);
            }
            else
            {
                fields.Fail($"{at}.type", $"is {RequestFields.Quote(type)}, which is not understood here.");
            }
        }

        return parts;
    }

    private IEnumerable<ChatPart>? Text(JsonElement block, string type, string path) =>
        type == "text" ? Words(block, "text", path) : null;

    private IEnumerable<ChatPart>? Shown(JsonElement block, string type, string path) => type switch
    {
        "text" => Words(block, "text", path),
        "image" => Image(block, path),
        "document" => Document(block, path),
        "search_result" => SearchResult(block, path),
        "tool_reference" => Words(block, "tool_name", path),
        "browser_state" => [],
        _ => null,
    };

    private IEnumerable<ChatPart>? Asked(JsonElement block, string type, string path) => type == "tool_result" ? Result(block, path) : Shown(block, type, path);

    private IEnumerable<ChatPart>? Said(JsonElement block, string type, string path) => type switch
    {
        "text" => Words(block, "text", path),
        "thinking" => [new ChatPart.Reasoning(fields.Text(block, "thinking", $"{path}.thinking") ?? "", fields.Text(block, "signature", $"{path}.signature") is { Length: > 0 } signature ? signature : null)],
        "redacted_thinking" => [new ChatPart.Reasoning("", Redacted + fields.Text(block, "data", $"{path}.data"))],
        "tool_use" => Call(block, path),
        "compaction" => Summary(block, path),

        // Tools that ran at Anthropic: their calls and results mean nothing elsewhere, and what the model made of them is in its text.
        "server_tool_use" or "mcp_tool_use" or "container_upload" => [],
        _ when type.EndsWith("_tool_result", StringComparison.Ordinal) => [],
        _ => Shown(block, type, path),
    };

    private IEnumerable<ChatPart> Words(JsonElement block, string name, string path) =>
        fields.Required(block, name, $"{path}.{name}") is { } value && fields.TextOf(value, $"{path}.{name}") is { Length: > 0 } text ? [new ChatPart.Text(text)] : [];

    /// <summary>Without a text the compaction failed, and the conversation is as it was.</summary>
    private IEnumerable<ChatPart> Summary(JsonElement block, string path)
    {
        if (fields.Text(block, "content", $"{path}.content") is not { Length: > 0 } summary)
        {
            return [];
        }

        _summary = new ChatPart.Text(summary);
        return [_summary];
    }

    private IEnumerable<ChatPart> Call(JsonElement block, string path)
    {
        if (fields.Required(block, "id", $"{path}.id") is not { } named || fields.TextOf(named, $"{path}.id") is not { } id
            || fields.Required(block, "name", $"{path}.name") is not { } tool || fields.TextOf(tool, $"{path}.name") is not { } name)
        {
            return [];
        }

        _called[id] = name;
        return [new ChatPart.ToolCall(id, name, Input(block, $"{path}.input"))];
    }

    /// <summary>A string is what a model wrote in place of an object, as <see cref="ToolInput"/> tells it to clients.</summary>
    private string Input(JsonElement block, string path) => RequestFields.Find(block, "input") switch
    {
        { ValueKind: JsonValueKind.String } broken => fields.TextOf(broken, path) ?? "",
        not null => fields.Object(block, "input", path)?.GetRawText() ?? "",
        null => "{}",
    };

    private IEnumerable<ChatPart> Result(JsonElement block, string path)
    {
        if (fields.Required(block, "tool_use_id", $"{path}.tool_use_id") is not { } named || fields.TextOf(named, $"{path}.tool_use_id") is not { } id)
        {
            return [];
        }

        var content = RequestFields.Find(block, "content") is { } said ? Parts(said, $"{path}.content", Shown) : [];
        return [new ChatPart.ToolResult(id, _called.GetValueOrDefault(id), [.. content], fields.Boolean(block, "is_error", $"{path}.is_error") ?? false)];
    }

    private IEnumerable<ChatPart> Image(JsonElement block, string path)
    {
        var (source, type) = Source(block, path);
        return type switch
        {
            "base64" => Base64(source, path) is { } image ? [new ChatPart.Media(image) { Place = path }] : [],
            "url" => Url(source, path) is { } url ? [new ChatPart.Media(url) { Place = path }] : [],
            _ => Unknown(type, path),
        };
    }

    private IEnumerable<ChatPart> Document(JsonElement block, string path)
    {
        var (source, type) = Source(block, path);
        var title = fields.Text(block, "title", $"{path}.title") ?? NamelessDocument;
        return type switch
        {
            "base64" => Base64(source, path) is { } document ? [new ChatPart.Media(document, FileName: title) { Place = path }] : [],
            "url" => Url(source, path) is { } url ? [new ChatPart.Media(url, FileName: title) { Place = path }] : [],
            "text" => Words(source, "data", $"{path}.source"),
            "content" => fields.Required(source, "content", $"{path}.source.content") is { } content ? Parts(content, $"{path}.source.content", Shown) : [],
            _ => Unknown(type, path),
        };
    }

    private List<ChatPart> SearchResult(JsonElement block, string path)
    {
        List<ChatPart> parts = [];
        if (fields.Text(block, "title", $"{path}.title") is { } title && fields.Text(block, "source", $"{path}.source") is { } source)
        {
            parts.Add(new ChatPart.Text($"{title}\n{source}"));
        }

        if (RequestFields.Find(block, "content") is { } content)
        {
            parts.AddRange(Parts(content, $"{path}.content", Text));
        }

        return parts;
    }

    private (JsonElement Source, string? Type) Source(JsonElement block, string path) =>
        fields.Required(block, "source", $"{path}.source") is not null && fields.Object(block, "source", $"{path}.source") is { } source
        && fields.Required(source, "type", $"{path}.source.type") is { } type
            ? (source, fields.TextOf(type, $"{path}.source.type"))
            : default;

    private string? Base64(JsonElement source, string path) =>
        fields.Required(source, "media_type", $"{path}.source.media_type") is { } type && fields.TextOf(type, $"{path}.source.media_type") is { } mediaType
        && fields.Required(source, "data", $"{path}.source.data") is { } file && fields.TextOf(file, $"{path}.source.data") is { } data
            ? new DataUri(mediaType, data).ToString()
            : null;

    private string? Url(JsonElement source, string path) => fields.Required(source, "url", $"{path}.source.url") is { } url ? fields.TextOf(url, $"{path}.source.url") : null;

    private IEnumerable<ChatPart> Unknown(string? type, string path)
    {
        fields.Fail($"{path}.source.type", type == "file" ? "is 'file', but no files are kept here: send the file itself." : $"is {RequestFields.Quote(type ?? "")}, which is not understood here.");
        return [];
    }
}
