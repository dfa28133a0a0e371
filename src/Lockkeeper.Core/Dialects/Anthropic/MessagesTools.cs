using System.Collections.Immutable;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Reads Anthropic's tools, and what has to be called.</summary>
internal static class MessagesTools
{
    public static ImmutableArray<ToolSpec> Read(JsonElement root, RequestFields fields)
    {
        var tools = ImmutableArray.CreateBuilder<ToolSpec>();
        foreach (var (item, path) in fields.Items(root, "tools"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
                break;
            }

            var type = fields.Text(item, "type", $"{path}.type");
            if (type == "function")
            {
                fields.Fail($"{path}.type", """is 'function', as OpenAI has it; a tool here is {"name", "description", "input_schema"}.""");
                break;
            }

            // Every other type is a tool that Anthropic runs or has taught its models; others know neither how to call it nor what it answers.
            if (type is null or "custom"
                && fields.Required(item, "name", $"{path}.name") is { } name && fields.TextOf(name, $"{path}.name") is { } called
                && fields.Required(item, "input_schema", $"{path}.input_schema") is not null && fields.Object(item, "input_schema", $"{path}.input_schema") is { } schema)
            {
                tools.Add(new ToolSpec(called, fields.Text(item, "description", $"{path}.description"), schema.GetRawText(), fields.Boolean(item, "strict", $"{path}.strict")));
            }
        }

        return tools.DrainToImmutable();
    }

    public static ToolChoice? ReadChoice(JsonElement root, RequestFields fields, ImmutableArray<ToolSpec> tools, out bool? parallel)
    {
        parallel = null;
        if (fields.Object(root, "tool_choice") is not { } choice)
        {
            return null;
        }

        var single = fields.Boolean(choice, "disable_parallel_tool_use", "tool_choice.disable_parallel_tool_use");
        var type = fields.Required(choice, "type", "tool_choice.type") is { } kind ? fields.TextOf(kind, "tool_choice.type") : null;
        var name = type == "tool" && fields.Required(choice, "name", "tool_choice.name") is { } named ? fields.TextOf(named, "tool_choice.name") : null;
        if (type is not (null or "auto" or "any" or "tool" or "none"))
        {
            fields.Fail("tool_choice.type", $"must be 'auto', 'any', 'tool' or 'none', not {RequestFields.Quote(type)}.");
        }

        RefuseUnkept(root, fields, type, name);

        // Tools that run at Anthropic have been left out, and what is not there cannot be chosen.
        if (tools.IsEmpty || (name is not null && !tools.Any(tool => tool.Name == name)))
        {
            return null;
        }

        parallel = !single;
        return type switch
        {
            "auto" => new ToolChoice(ToolChoiceKind.Auto),
            "none" => new ToolChoice(ToolChoiceKind.None),
            "any" => new ToolChoice(ToolChoiceKind.Required),
            "tool" when name is not null => new ToolChoice(ToolChoiceKind.Named, name),
            _ => null,
        };
    }

    /// <summary>A client that wants a call of what it has not told of is mistaken, and would wait for that call for ever.</summary>
    private static void RefuseUnkept(JsonElement root, RequestFields fields, string? type, string? name)
    {
        var told = fields.Items(root, "tools").Select(tool => tool.Item).ToList();
        if (name is not null && !told.Any(tool => tool.ValueKind == JsonValueKind.Object && fields.Text(tool, "name") == name))
        {
            fields.Fail("tool_choice.name", $"is {RequestFields.Quote(name)}, which is none of the tools.");
        }
        else if (type == "any" && told is [])
        {
            fields.Fail("tool_choice.type", "is 'any', but there are no tools.");
        }
    }
}
