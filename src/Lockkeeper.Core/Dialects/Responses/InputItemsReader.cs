using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Reads the items of a response's input. What the assistant thought, said and called are items of their own there, and one message here.</summary>
/// <param name="fields">For problems.</param>
/// <param name="messages">Where the messages go, behind what is there.</param>
internal sealed class InputItemsReader(RequestFields fields, List<ChatMessage> messages)
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, string> _names = [];

    public void Read(JsonElement input)
    {
        foreach (var (item, path) in RequestFields.ItemsOf(input, "input"))
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                ReadItem(item, path);
            }
            else
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
            }
        }
    }

    private void ReadItem(JsonElement item, string path)
    {
        switch (fields.Text(item, "type", $"{path}.type") ?? "message")
        {
            case "message":
                ReadMessage(item, path);
                break;
            case "function_call":
                ReadCall(item, path, "arguments");
                break;
            case "custom_tool_call":
                ReadCall(item, path, "input");
                break;
            case "function_call_output" or "custom_tool_call_output":
                ReadResult(item, path);
                break;
            case "reasoning":
                ReadReasoning(item, path);
                break;
            case "item_reference":
                fields.Fail($"{path}.type", "is 'item_reference', which names something that is kept by the server, and nothing is kept here; send the item itself.");
                break;
            case var other when IsOfTheServers(other):
                break;
            case var other:
                fields.Fail($"{path}.type", $"is {RequestFields.Quote(other)}, which is not known here.");
                break;
        }
    }

    /// <summary>Whether an item tells of a tool that OpenAI's servers run, or of their bookkeeping. Tools of that kind are left out, and so is what they once did.</summary>
    private static bool IsOfTheServers(string type) =>
        type.EndsWith("_call", StringComparison.Ordinal) || type.EndsWith("_output", StringComparison.Ordinal) || type.StartsWith("mcp_", StringComparison.Ordinal)
        || type.StartsWith("compaction", StringComparison.Ordinal) || type is "ghost_snapshot" or "configuration_update" or "additional_tools";

    private void ReadMessage(JsonElement item, string path)
    {
        if (fields.Required(item, "role", $"{path}.role") is not { } said || fields.TextOf(said, $"{path}.role") is not { } role || fields.Required(item, "content", $"{path}.content") is not { } value)
        {
            return;
        }

        var content = ReadContent(value, $"{path}.content");
        switch (role)
        {
            case "system" or "developer":
                messages.Add(new ChatMessage(ChatRole.System, content));
                break;
            case "user":
                messages.Add(new ChatMessage(ChatRole.User, content));
                break;
            case "assistant":
                Say(content);
                break;
            default:
                fields.Fail($"{path}.role", $"must be 'system', 'developer', 'user' or 'assistant', not {RequestFields.Quote(role)}.");
                break;
        }
    }

    private void ReadCall(JsonElement item, string path, string argumentsField)
    {
        if (Id(item, path) is not { } id || fields.Required(item, "name", $"{path}.name") is not { } said || fields.TextOf(said, $"{path}.name") is not { } name)
        {
            return;
        }

        var text = fields.Text(item, argumentsField, $"{path}.{argumentsField}");
        var arguments = argumentsField == "input" ? new JsonObject { ["input"] = text ?? "" }.ToJsonString(Unescaped) : text is { Length: > 0 } ? text : "{}";
        _names[id] = name;
        Say([new ChatPart.ToolCall(id, name, arguments)]);
    }

    private void ReadResult(JsonElement item, string path)
    {
        if (Id(item, path) is not { } id || fields.Required(item, "output", $"{path}.output") is not { } output)
        {
            return;
        }

        var result = new ChatPart.ToolResult(id, _names.GetValueOrDefault(id), ReadContent(output, $"{path}.output"));
        if (messages is [.., { Role: ChatRole.Tool } last])
        {
            messages[^1] = last with { Parts = last.Parts.Add(result) };
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.Tool, [result]));
        }
    }

    /// <summary>The model's own words where there are any; else the summary of them. What is encrypted only its maker can read.</summary>
    private void ReadReasoning(JsonElement item, string path)
    {
        var words = Texts(item, "content", $"{path}.content");
        words = words.Count > 0 ? words : Texts(item, "summary", $"{path}.summary");
        if (words.Count > 0)
        {
            Say([new ChatPart.Reasoning(string.Join("\n\n", words))]);
        }
    }

    private List<string> Texts(JsonElement item, string name, string path)
    {
        List<string> texts = [];
        foreach (var (part, partPath) in fields.Items(item, name, path))
        {
            if (part.ValueKind == JsonValueKind.Object && fields.Text(part, "text", $"{partPath}.text") is { Length: > 0 } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Adds to what the assistant is saying. A text behind a text is another message of it.</summary>
    private void Say(ImmutableArray<ChatPart> parts)
    {
        if (messages is [.., { Role: ChatRole.Assistant } last] && !(parts.Any(part => part is ChatPart.Text) && last.Parts.Any(part => part is ChatPart.Text)))
        {
            messages[^1] = last with { Parts = [.. last.Parts, .. parts] };
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, parts));
        }
    }

    private string? Id(JsonElement item, string path) => fields.Required(item, "call_id", $"{path}.call_id") is { } said ? fields.TextOf(said, $"{path}.call_id") : null;

    private ImmutableArray<ChatPart> ReadContent(JsonElement content, string path)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return fields.TextOf(content, path) is { Length: > 0 } text ? [new ChatPart.Text(text)] : [];
            case JsonValueKind.Array:
                return [.. RequestFields.ItemsOf(content, path).Select(part => ReadPart(part.Item, part.Path)).OfType<ChatPart>()];
            default:
                fields.Fail(path, $"must be a string or an array of parts, not {RequestFields.Describe(content)}.");
                return [];
        }
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
            case "input_text" or "output_text" or "text" or "summary_text":
                return ReadText(part, "text", path);
            case "refusal":
                return ReadText(part, "refusal", path);
            case "input_image":
                return ReadFile(part, "image_url", path) is { } image ? new ChatPart.Media(image, fields.Text(part, "detail", $"{path}.detail")) { Place = path } : null;
            case "input_file":
                var name = fields.Text(part, "filename", $"{path}.filename") ?? "file";
                return ReadFile(part, RequestFields.Find(part, "file_url") is null ? "file_data" : "file_url", path) is { } file ? new ChatPart.Media(file, FileName: name) { Place = path } : null;
            case "input_audio":
                fields.Fail($"{path}.type", "is 'input_audio', which the engine of this model does not take in this way.");
                return null;
            default:
                fields.Fail($"{path}.type", $"must be 'input_text', 'output_text', 'input_image', 'input_file' or 'refusal', not {RequestFields.Quote(type)}.");
                return null;
        }
    }

    private ChatPart.Text? ReadText(JsonElement part, string name, string path) =>
        fields.Required(part, name, $"{path}.{name}") is { } said && fields.TextOf(said, $"{path}.{name}") is { Length: > 0 } text ? new ChatPart.Text(text) : null;

    private string? ReadFile(JsonElement part, string name, string path)
    {
        if (RequestFields.Find(part, name) is null && RequestFields.Find(part, "file_id") is not null)
        {
            fields.Fail($"{path}.file_id", $"names a stored file, and none are stored here; send the file itself as '{name}'.");
            return null;
        }

        return fields.Required(part, name, $"{path}.{name}") is { } said ? fields.TextOf(said, $"{path}.{name}") : null;
    }
}
