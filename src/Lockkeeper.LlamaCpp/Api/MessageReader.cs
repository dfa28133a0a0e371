using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Reads <c>messages</c>.</summary>
internal static class MessageReader
{
    public static List<Message> Read(JsonElement root, JsonFields fields)
    {
        List<Message> messages = [];
        if (JsonFields.Find(root, "messages") is not { } value)
        {
            fields.Fail("messages", "is required.", "missing_required_parameter");
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail("messages", $"must be an array, not {JsonFields.Describe(value)}.", "invalid_type");
        }
        else if (value.GetArrayLength() == 0)
        {
            fields.Fail("messages", "must hold at least one message.");
        }
        else
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                messages.Add(ReadMessage(item, $"messages[{index}]", fields));
            }
        }

        return messages;
    }

    private static Message ReadMessage(JsonElement message, string path, JsonFields fields)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {JsonFields.Describe(message)}.", "invalid_type");
            return new Message("", "");
        }

        // What it thought then is no part of the conversation any more; but a wrong type is a mistake.
        if (JsonFields.Find(message, "reasoning_content") is { } thoughts)
        {
            fields.Text(thoughts, $"{path}.reasoning_content");
        }

        if (JsonFields.Find(message, "tool_call_id") is { } id)
        {
            fields.Text(id, $"{path}.tool_call_id");
        }

        var role = ReadRole(message, $"{path}.role", fields);
        var calls = role == "assistant" ? ReadCalls(message, $"{path}.tool_calls", fields) : [];
        var content = calls.Length > 0 && JsonFields.Find(message, "content") is null ? "" : ReadContent(message, $"{path}.content", fields);
        return new Message(role, content) { ToolCalls = calls };
    }

    private static string ReadRole(JsonElement message, string path, JsonFields fields)
    {
        if (JsonFields.Find(message, "role") is not { } value)
        {
            fields.Fail(path, "is required.", "missing_required_parameter");
            return "";
        }

        var role = fields.Text(value, path);
        switch (role)
        {
            case null or "system" or "user" or "assistant" or "tool":
                return role ?? "";
            case "developer":
                return "system";
            default:
                fields.Fail(path, $"is {JsonFields.Quote(role)}; system, developer, user, assistant and tool are supported.", "unsupported_value");
                return "";
        }
    }

    private static ToolCall[] ReadCalls(JsonElement message, string path, JsonFields fields)
    {
        if (JsonFields.Find(message, "tool_calls") is not { } value)
        {
            return [];
        }

        List<ToolCall> calls = [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(path, $"must be an array, not {JsonFields.Describe(value)}.", "invalid_type");
            return [.. calls];
        }

        foreach (var (index, call) in value.EnumerateArray().Index())
        {
            if (fields.Object(call, "function", $"{path}[{index}]") is { } function)
            {
                var at = $"{path}[{index}].function";
                calls.Add(new ToolCall(fields.RequiredText(function, "name", at) ?? "", ReadArguments(function, $"{at}.arguments", fields)));
            }
        }

        return [.. calls];
    }

    /// <summary>A string of JSON, as OpenAI has it, or the object itself.</summary>
    private static string ReadArguments(JsonElement function, string path, JsonFields fields)
    {
        if (JsonFields.Find(function, "arguments") is not { } arguments)
        {
            return "{}";
        }

        if (arguments.ValueKind == JsonValueKind.Object)
        {
            return fields.Json(arguments, path);
        }

        return fields.Text(arguments, path) is { Length: > 0 } text ? text : "{}";
    }

    private static string ReadContent(JsonElement message, string path, JsonFields fields)
    {
        if (JsonFields.Find(message, "content") is not { } content)
        {
            fields.Fail(path, "is required: a string, or an array of text parts.", "missing_required_parameter");
            return "";
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return fields.Text(content, path) ?? "";
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(path, $"must be a string or an array of text parts, not {JsonFields.Describe(content)}.", "invalid_type");
            return "";
        }

        return string.Concat(content.EnumerateArray().Index().Select(part => ReadPart(part.Item, $"{path}[{part.Index}]", fields)));
    }

    private static string ReadPart(JsonElement part, string path, JsonFields fields)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {JsonFields.Describe(part)}.", "invalid_type");
            return "";
        }

        if (fields.RequiredText(part, "type", path) is not { } type)
        {
            return "";
        }

        if (type != "text")
        {
            fields.Fail($"{path}.type", $"is {JsonFields.Quote(type)}; this model reads 'text' only.", "unsupported_value");
            return "";
        }

        return fields.RequiredText(part, "text", path) ?? "";
    }
}
