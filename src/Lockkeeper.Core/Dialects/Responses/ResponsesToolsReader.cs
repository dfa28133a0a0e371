using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Dialects.OpenAi;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Reads what the model may call.</summary>
/// <remarks>Tools that OpenAI's servers run themselves, or that are no functions, are left out: clients offer them to every model, whether it can use them or not.</remarks>
internal static class ResponsesToolsReader
{
    private const string ChoicePath = "tool_choice";

    public static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) Read(JsonElement root, RequestFields fields)
    {
        List<ToolSpec> tools = [];
        foreach (var (item, path) in fields.Items(root, "tools"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
            }
            else if (fields.Required(item, "type", $"{path}.type") is { } type && fields.TextOf(type, $"{path}.type") == "function")
            {
                tools.Add(ReadFunction(item, path, fields));
            }
        }

        return ReadChoice(root, [.. tools], fields);
    }

    private static ToolSpec ReadFunction(JsonElement item, string path, RequestFields fields)
    {
        var name = fields.Required(item, "name", $"{path}.name") is { } said ? fields.TextOf(said, $"{path}.name") : null;
        if (name is "")
        {
            fields.Fail($"{path}.name", "must not be empty.");
        }

        return ChatToolsReader.ReadSpec(name ?? "", item, path, fields);
    }

    private static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) ReadChoice(JsonElement root, ImmutableArray<ToolSpec> tools, RequestFields fields)
    {
        if (RequestFields.Find(root, ChoicePath) is not { } choice)
        {
            return (tools, null);
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            return (tools, ChatToolsReader.ReadWord(choice, ChoicePath, fields));
        }

        switch (fields.Text(choice, "type", $"{ChoicePath}.type"))
        {
            case "function":
                var name = fields.Text(choice, "name", $"{ChoicePath}.name");
                return (tools, tools.Any(tool => tool.Name == name) ? new ToolChoice(ToolChoiceKind.Named, name) : new ToolChoice(ToolChoiceKind.Auto));
            case "allowed_tools":
                var names = fields.Items(choice, "tools", $"{ChoicePath}.tools").Where(item => item.Item.ValueKind == JsonValueKind.Object)
                    .Select(item => fields.Text(item.Item, "name", $"{item.Path}.name")).ToHashSet();
                var mode = RequestFields.Find(choice, "mode") is { } said ? ChatToolsReader.ReadWord(said, $"{ChoicePath}.mode", fields) : null;
                return ([.. tools.Where(tool => names.Contains(tool.Name))], mode);
            default:
                // It names a tool that was left out.
                return (tools, new ToolChoice(ToolChoiceKind.Auto));
        }
    }
}
