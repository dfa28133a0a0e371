using System.Buffers;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Reads <c>tools</c> and <c>tool_choice</c>.</summary>
internal static class ToolReader
{
    private const int MostTools = 512;

    public static List<Tool> Read(JsonElement root, JsonFields fields)
    {
        List<Tool> tools = [];
        if (JsonFields.Find(root, "tools") is not { } value)
        {
            return tools;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail("tools", $"must be an array, not {JsonFields.Describe(value)}.", "invalid_type");
        }
        else if (value.GetArrayLength() > MostTools)
        {
            fields.Fail("tools", $"may have {MostTools} tools at most, not {value.GetArrayLength()}.");
        }
        else
        {
            tools.AddRange(value.EnumerateArray().Index().Select(tool => ReadTool(tool.Item, $"tools[{tool.Index}]", fields)).OfType<Tool>());
        }

        return tools;
    }

    /// <returns>The tools that have to be called: none when the model is free to, all for <c>required</c>, or the one that is named. Null: no tool may be called.</returns>
    public static IReadOnlyList<Tool>? ReadChoice(JsonElement root, IReadOnlyList<Tool> tools, JsonFields fields)
    {
        const string Name = "tool_choice";
        if (JsonFields.Find(root, Name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return ReadNamed(value, tools, fields);
        }

        switch (fields.Text(value, Name))
        {
            case null or "auto":
                return [];
            case "none":
                return null;
            case "required" when tools.Count == 0:
                fields.Fail(Name, "is 'required', but there are no tools.");
                return [];
            case "required":
                return tools;
            case { } other:
                fields.Fail(Name, $"is {JsonFields.Quote(other)}; it is none, auto, required, or an object that names a function.", "unsupported_value");
                return [];
        }
    }

    private static List<Tool> ReadNamed(JsonElement choice, IReadOnlyList<Tool> tools, JsonFields fields)
    {
        if (fields.RequiredText(choice, "type", "tool_choice") is not { } type)
        {
            return [];
        }

        if (type != "function")
        {
            fields.Fail("tool_choice.type", $"is {JsonFields.Quote(type)}; only 'function' is supported.", "unsupported_value");
            return [];
        }

        if (fields.Object(choice, "function", "tool_choice") is not { } function || fields.RequiredText(function, "name", "tool_choice.function") is not { } name)
        {
            return [];
        }

        var named = tools.Where(tool => tool.Name == name).ToList();
        if (named.Count == 0)
        {
            fields.Fail("tool_choice.function.name", $"is {JsonFields.Quote(name)}, which is none of the tools.");
        }

        return named;
    }

    private static Tool? ReadTool(JsonElement tool, string path, JsonFields fields)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {JsonFields.Describe(tool)}.", "invalid_type");
            return null;
        }

        if (fields.RequiredText(tool, "type", path) is not { } type)
        {
            return null;
        }

        if (type != "function")
        {
            fields.Fail($"{path}.type", $"is {JsonFields.Quote(type)}; only 'function' is supported.", "unsupported_value");
            return null;
        }

        if (fields.Object(tool, "function", path) is not { } function)
        {
            return null;
        }

        var at = $"{path}.function";
        var name = fields.RequiredText(function, "name", at);
        if (name == "")
        {
            fields.Fail($"{at}.name", "must not be empty.");
        }

        var parameters = JsonFields.Find(function, "parameters");
        if (parameters is { ValueKind: not JsonValueKind.Object } wrong)
        {
            fields.Fail($"{at}.parameters", $"must be an object, not {JsonFields.Describe(wrong)}.", "invalid_type");
        }

        var isStrict = fields.Boolean(function, "strict", $"{at}.strict") ?? false;
        return name is null ? null : new Tool(name, Definition(tool, function, path, fields), parameters?.Clone() ?? default, isStrict);
    }

    /// <summary>The tool as its model reads it. <c>strict</c> is a word to the engine: models were trained without it, and a small one is led astray by it.</summary>
    private static string Definition(JsonElement tool, JsonElement function, string path, JsonFields fields)
    {
        if (!function.TryGetProperty("strict", out _))
        {
            return fields.Json(tool, path);
        }

        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var member in tool.EnumerateObject())
            {
                if (member.NameEquals("function"))
                {
                    json.WriteStartObject("function"u8);
                    foreach (var part in function.EnumerateObject().Where(part => !part.NameEquals("strict")))
                    {
                        part.WriteTo(json);
                    }

                    json.WriteEndObject();
                }
                else
                {
                    member.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }

        using var definition = JsonDocument.Parse(text.WrittenMemory);
        return fields.Json(definition.RootElement, path);
    }
}
