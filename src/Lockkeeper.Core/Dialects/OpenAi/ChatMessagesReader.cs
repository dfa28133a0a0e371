using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Reads OpenAI's <c>messages</c>.</summary>
internal sealed class ChatMessagesReader(RequestFields fields)
{
    private readonly List<ChatMessage> _messages = [];

    /// <summary>Calls so far, by their ids: results name the call, and some dialects want the tool's name.</summary>
    private readonly Dictionary<string, string> _names = [];

    /// <summary>The older <c>function</c> messages name no call; they answer the last one.</summary>
    private string? _lastFunctionCall;

    public ImmutableArray<ChatMessage> Read(JsonElement root)
    {
        if (fields.Required(root, "messages", "messages") is null)
        {
            return [];
        }

        foreach (var (item, path) in fields.Items(root, "messages"))
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                ReadMessage(item, path);
            }
            else
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
            }
        }

        if (_messages.Count == 0)
        {
            fields.Fail("messages", "must not be empty.");
        }

        return [.. _messages];
    }

    private void ReadMessage(JsonElement message, string path)
    {
        if (fields.Required(message, "role", $"{path}.role") is not { } said || fields.TextOf(said, $"{path}.role") is not { } role)
        {
            return;
        }

        switch (role)
        {
            case "system" or "developer":
                _messages.Add(new ChatMessage(ChatRole.System, ReadContent(message, path)));
                break;
            case "user":
                _messages.Add(new ChatMessage(ChatRole.User, ReadContent(message, path)));
                break;
            case "assistant":
                ReadAssistant(message, path);
                break;
            case "tool":
                ReadResult(message, path);
                break;
            case "function":
                ReadFunctionResult(message, path);
                break;
            default:
                fields.Fail($"{path}.role", $"must be 'system', 'developer', 'user', 'assistant' or 'tool', not {RequestFields.Quote(role)}.");
                break;
        }
    }

    private void ReadAssistant(JsonElement message, string path)
    {
        List<ChatPart> parts = [];
        var reasoning = fields.Text(message, "reasoning_content", $"{path}.reasoning_content");
        reasoning ??= RequestFields.Find(message, "reasoning") is { ValueKind: JsonValueKind.String } ? fields.Text(message, "reasoning", $"{path}.reasoning") : null;
        if (reasoning is { Length: > 0 })
        {
            parts.Add(new ChatPart.Reasoning(reasoning));
        }

        if (RequestFields.Find(message, "content") is not null)
        {
            parts.AddRange(ReadContent(message, path));
        }

        if (fields.Text(message, "refusal", $"{path}.refusal") is { Length: > 0 } refusal)
        {
            parts.Add(new ChatPart.Text(refusal));
        }

        foreach (var (item, itemPath) in fields.Items(message, "tool_calls", $"{path}.tool_calls"))
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                ReadCall(item, itemPath, parts);
            }
            else
            {
                fields.Fail(itemPath, $"must be an object, not {RequestFields.Describe(item)}.");
            }
        }

        if (fields.Object(message, "function_call", $"{path}.function_call") is { } older)
        {
            _lastFunctionCall = NewId();
            AddCall(older, $"{path}.function_call", _lastFunctionCall, parts);
        }

        _messages.Add(new ChatMessage(ChatRole.Assistant, [.. parts]));
    }

    private void ReadCall(JsonElement call, string path, List<ChatPart> parts)
    {
        if (fields.Text(call, "type", $"{path}.type") is { } type && type != "function")
        {
            fields.Fail($"{path}.type", $"is {RequestFields.Quote(type)}, but the engine of this model is asked in another dialect, which has only 'function'.");
            return;
        }

        if (fields.Required(call, "function", $"{path}.function") is null || fields.Object(call, "function", $"{path}.function") is not { } function)
        {
            return;
        }

        AddCall(function, $"{path}.function", fields.Text(call, "id", $"{path}.id") is { Length: > 0 } id ? id : NewId(), parts);
    }

    private void AddCall(JsonElement function, string path, string id, List<ChatPart> parts)
    {
        if (fields.Required(function, "name", $"{path}.name") is not { } said || fields.TextOf(said, $"{path}.name") is not { } name)
        {
            return;
        }

        // Some clients send the object itself.
        var arguments = RequestFields.Find(function, "arguments") is { ValueKind: JsonValueKind.Object } whole ? whole.GetRawText() : fields.Text(function, "arguments", $"{path}.arguments");
        _names[id] = name;
        parts.Add(new ChatPart.ToolCall(id, name, arguments is { Length: > 0 } ? arguments : "{}"));
    }

    private void ReadResult(JsonElement message, string path)
    {
        if (fields.Required(message, "tool_call_id", $"{path}.tool_call_id") is { } said && fields.TextOf(said, $"{path}.tool_call_id") is { } id)
        {
            // A tool that returns nothing has a null for it.
            var content = RequestFields.Find(message, "content") is null ? [] : ReadContent(message, path);
            AddResult(id, fields.Text(message, "name", $"{path}.name") ?? _names.GetValueOrDefault(id), content);
        }
    }

    private void ReadFunctionResult(JsonElement message, string path)
    {
        var name = fields.Text(message, "name", $"{path}.name");
        AddResult(_lastFunctionCall ?? NewId(), name, ReadContent(message, path));
    }

    /// <summary>Results of calls that were made together are one message.</summary>
    private void AddResult(string id, string? name, ImmutableArray<ChatPart> content)
    {
        var result = new ChatPart.ToolResult(id, name, content);
        if (_messages is [.., { Role: ChatRole.Tool } last])
        {
            _messages[^1] = last with { Parts = last.Parts.Add(result) };
        }
        else
        {
            _messages.Add(new ChatMessage(ChatRole.Tool, [result]));
        }
    }

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"call_{_messages.Count}_{_names.Count}");

    private ImmutableArray<ChatPart> ReadContent(JsonElement message, string path)
    {
        path = $"{path}.content";
        if (fields.Required(message, "content", path) is not { } content)
        {
            return [];
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return fields.TextOf(content, path) is { Length: > 0 } text ? [new ChatPart.Text(text)] : [];
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(path, $"must be a string or an array of parts, not {RequestFields.Describe(content)}.");
            return [];
        }

        return [.. RequestFields.ItemsOf(content, path).Select(item => ReadPart(item.Item, item.Path)).OfType<ChatPart>()];
    }

    private ChatPart? ReadPart(JsonElement part, string path)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {RequestFields.Describe(part)}.");
            return null;
        }

        if (fields.Required(part, "type", $"{path}.type") is not { } said || fields.TextOf(said, $"{path}.type") is not { } type)
        {
            return null;
        }

        switch (type)
        {
            case "text" or "refusal":
                return fields.Required(part, type, $"{path}.{type}") is { } text && fields.TextOf(text, $"{path}.{type}") is { Length: > 0 } words ? new ChatPart.Text(words) : null;
            case "image_url":
                return ReadImage(part, path);
            case "file":
                return ReadFile(part, path);
            case "input_audio":
                fields.Fail($"{path}.type", "is 'input_audio', which only engines take that speak OpenAI's dialect themselves; this model's does not.");
                return null;
            default:
                fields.Fail($"{path}.type", $"must be 'text', 'image_url', 'file' or 'refusal', not {RequestFields.Quote(type)}.");
                return null;
        }
    }

    private ChatPart.Media? ReadImage(JsonElement part, string place)
    {
        var path = $"{place}.image_url";
        if (fields.Required(part, "image_url", path) is not { } image)
        {
            return null;
        }

        if (image.ValueKind == JsonValueKind.String)
        {
            return fields.TextOf(image, path) is { } plain ? new ChatPart.Media(plain) { Place = place } : null;
        }

        if (image.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object or a string, not {RequestFields.Describe(image)}.");
            return null;
        }

        return fields.Required(image, "url", $"{path}.url") is { } said && fields.TextOf(said, $"{path}.url") is { } url
            ? new ChatPart.Media(url, fields.Text(image, "detail", $"{path}.detail")) { Place = place }
            : null;
    }

    private ChatPart.Media? ReadFile(JsonElement part, string place)
    {
        var path = $"{place}.file";
        if (fields.Required(part, "file", path) is null || fields.Object(part, "file", path) is not { } file)
        {
            return null;
        }

        if (RequestFields.Find(file, "file_data") is null && RequestFields.Find(file, "file_id") is not null)
        {
            fields.Fail($"{path}.file_id", "names a stored file, and none are stored here; send the file itself as 'file_data'.");
            return null;
        }

        return fields.Required(file, "file_data", $"{path}.file_data") is { } said && fields.TextOf(said, $"{path}.file_data") is { } data
            ? new ChatPart.Media(data, FileName: fields.Text(file, "filename", $"{path}.filename") ?? "file") { Place = place }
            : null;
    }
}
