using System.Collections.Immutable;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Reads what the model may call, in today's form and in the older one (<c>functions</c>, <c>function_call</c>).</summary>
internal static class ChatToolsReader
{
    private const string ChoicePath = "tool_choice";
    private const string Choices = "must be 'auto', 'none', 'required' or an object that names a function";

    public static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) Read(JsonElement root, RequestFields fields)
    {
        List<ToolSpec> tools = [];
        foreach (var (item, path) in fields.Items(root, "tools"))
        {
            if (ReadTool(item, path, fields) is { } tool)
            {
                tools.Add(tool);
            }
        }

        foreach (var (item, path) in fields.Items(root, "functions"))
        {
            if (ReadFunction(item, path, fields) is { } tool)
            {
                tools.Add(tool);
            }
        }

        ImmutableArray<ToolSpec> all = [.. tools];
        if (RequestFields.Find(root, ChoicePath) is { } choice)
        {
            return ReadChoice(choice, all, fields);
        }

        return (all, RequestFields.Find(root, "function_call") is { } older ? ReadOlderChoice(older, fields) : null);
    }

    private static ToolSpec? ReadTool(JsonElement item, string path, RequestFields fields)
    {
        if (!IsObject(item, path, fields) || !IsFunction(item, path, fields) || fields.Required(item, "function", $"{path}.function") is not { } function)
        {
            return null;
        }

        return ReadFunction(function, $"{path}.function", fields);
    }

    private static ToolSpec? ReadFunction(JsonElement function, string path, RequestFields fields) =>
        IsObject(function, path, fields) && ReadName(function, path, fields) is { } name ? ReadSpec(name, function, path, fields) : null;

    /// <summary>Reads what there is to a function besides its name; Responses has it in another place.</summary>
    public static ToolSpec ReadSpec(string name, JsonElement function, string path, RequestFields fields)
    {
        var parameters = fields.Object(function, "parameters", $"{path}.parameters")?.GetRawText();
        return new ToolSpec(name, fields.Text(function, "description", $"{path}.description"), parameters, fields.Boolean(function, "strict", $"{path}.strict"));
    }

    /// <summary>Reads a choice that is no object.</summary>
    public static ToolChoice? ReadWord(JsonElement choice, string path, RequestFields fields)
    {
        var word = choice.ValueKind == JsonValueKind.String ? fields.TextOf(choice, path) : null;
        switch (word)
        {
            case "auto":
                return new ToolChoice(ToolChoiceKind.Auto);
            case "none":
                return new ToolChoice(ToolChoiceKind.None);
            case "required":
                return new ToolChoice(ToolChoiceKind.Required);
            default:
                fields.Fail(path, $"{Choices}, not {(word is null ? RequestFields.Describe(choice) : RequestFields.Quote(word))}.");
                return null;
        }
    }

    private static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) ReadChoice(JsonElement choice, ImmutableArray<ToolSpec> tools, RequestFields fields)
    {
        if (choice.ValueKind != JsonValueKind.Object)
        {
            return (tools, ReadWord(choice, ChoicePath, fields));
        }

        if (fields.Text(choice, "type", $"{ChoicePath}.type") == "allowed_tools")
        {
            return ReadAllowed(choice, tools, fields);
        }

        return (tools, ReadNamed(choice, ChoicePath, fields) is { } name ? new ToolChoice(ToolChoiceKind.Named, name) : null);
    }

    /// <summary>Only some of the tools may be called: the model gets to see those alone.</summary>
    private static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) ReadAllowed(JsonElement choice, ImmutableArray<ToolSpec> tools, RequestFields fields)
    {
        const string Path = $"{ChoicePath}.allowed_tools";
        if (fields.Required(choice, "allowed_tools", Path) is null || fields.Object(choice, "allowed_tools", Path) is not { } allowed)
        {
            return (tools, null);
        }

        List<string> names = [];
        foreach (var (item, path) in fields.Items(allowed, "tools", $"{Path}.tools"))
        {
            if (IsObject(item, path, fields) && ReadNamed(item, path, fields) is { } name)
            {
                names.Add(name);
            }
        }

        var mode = RequestFields.Find(allowed, "mode") is { } said ? ReadWord(said, $"{Path}.mode", fields) : null;
        return ([.. tools.Where(tool => names.Contains(tool.Name))], mode);
    }

    private static ToolChoice? ReadOlderChoice(JsonElement choice, RequestFields fields)
    {
        const string Path = "function_call";
        if (choice.ValueKind == JsonValueKind.Object)
        {
            return ReadName(choice, Path, fields) is { } name ? new ToolChoice(ToolChoiceKind.Named, name) : null;
        }

        return ReadWord(choice, Path, fields);
    }

    /// <summary>The name in <c>{"type":"function","function":{"name":…}}</c>.</summary>
    private static string? ReadNamed(JsonElement item, string path, RequestFields fields)
    {
        if (!IsFunction(item, path, fields) || fields.Required(item, "function", $"{path}.function") is not { } function)
        {
            return null;
        }

        return IsObject(function, $"{path}.function", fields) ? ReadName(function, $"{path}.function", fields) : null;
    }

    private static string? ReadName(JsonElement function, string path, RequestFields fields)
    {
        if (fields.Required(function, "name", $"{path}.name") is not { } name || fields.TextOf(name, $"{path}.name") is not { } text)
        {
            return null;
        }

        if (text.Length == 0)
        {
            fields.Fail($"{path}.name", "must not be empty.");
        }

        return text;
    }

    private static bool IsFunction(JsonElement item, string path, RequestFields fields)
    {
        if (fields.Text(item, "type", $"{path}.type") is not { } type || type == "function")
        {
            return true;
        }

        fields.Fail($"{path}.type", $"is {RequestFields.Quote(type)}, but the engine of this model is asked in another dialect, which has only 'function'.");
        return false;
    }

    private static bool IsObject(JsonElement item, string path, RequestFields fields)
    {
        if (item.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
        return false;
    }
}
