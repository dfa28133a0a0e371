using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Dialects.OpenAi;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Reads what the model may call.</summary>
/// <remarks>
/// Tools that OpenAI's servers run themselves, and others that are neither functions nor freeform, are left out: clients offer them to every model, whether it can use them or not. Who insists on one of them is refused.
/// </remarks>
internal static class ResponsesToolsReader
{
    private const string ChoicePath = "tool_choice";
    private const string Function = "function";
    private const string Custom = "custom";

    /// <returns>What may be called; what has to be; and the names of all freeform tools, which a model may remember that cannot call them now.</returns>
    public static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice, ImmutableHashSet<string> Freeform) Read(JsonElement root, RequestFields fields)
    {
        List<ToolSpec> tools = [];
        HashSet<string> freeform = [];
        foreach (var (item, path) in fields.Items(root, "tools"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
                continue;
            }

            switch (fields.Required(item, "type", $"{path}.type") is { } type ? fields.TextOf(type, $"{path}.type") : null)
            {
                case Function:
                    tools.Add(ChatToolsReader.ReadSpec(ReadName(item, path, fields), item, path, fields));
                    break;
                case Custom:
                    tools.Add(FreeformTool.Read(ReadName(item, path, fields), item, path, fields));
                    freeform.Add(tools[^1].Name);
                    break;
                default:
                    break;
            }
        }

        var (allowed, choice) = ReadChoice(root, [.. tools], fields);
        if (choice is { Kind: ToolChoiceKind.Required } && allowed.IsEmpty)
        {
            fields.Fail(ChoicePath, "wants a tool called, and there is neither a function nor a custom tool among those that may be.");
        }

        return (allowed, choice, [.. freeform]);
    }

    private static string ReadName(JsonElement item, string path, RequestFields fields)
    {
        var name = fields.Required(item, "name", $"{path}.name") is { } said ? fields.TextOf(said, $"{path}.name") : null;
        if (name is "")
        {
            fields.Fail($"{path}.name", "must not be empty.");
        }

        return name ?? "";
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

        switch (fields.Required(choice, "type", $"{ChoicePath}.type") is { } said ? fields.TextOf(said, $"{ChoicePath}.type") : null)
        {
            case Function or Custom:
                return (tools, NameOf(choice, ChoicePath, tools, fields) is { } name ? new ToolChoice(ToolChoiceKind.Named, name) : null);
            case "allowed_tools":
                return ReadAllowed(choice, tools, fields);
            case { } other:
                // The tool it names was left out: to let the model choose instead would be another request.
                fields.Fail($"{ChoicePath}.type", $"is {RequestFields.Quote(other)}, and the engine of this model can be made to call functions and custom tools alone; "
                    + "'function', 'custom' and 'allowed_tools' are possible, or a word: 'auto', 'required', 'none'.");
                break;
        }

        return (tools, null);
    }

    /// <summary>Only some of the tools may be called: the model gets to see those alone. What is allowed and was left out is not there to be called.</summary>
    private static (ImmutableArray<ToolSpec> Tools, ToolChoice? Choice) ReadAllowed(JsonElement choice, ImmutableArray<ToolSpec> tools, RequestFields fields)
    {
        _ = fields.Required(choice, "tools", $"{ChoicePath}.tools");
        HashSet<string> names = [];
        foreach (var (item, path) in fields.Items(choice, "tools", $"{ChoicePath}.tools"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
            }
            else if (fields.Text(item, "type", $"{path}.type") is Function or Custom or null && NameOf(item, path, tools, fields) is { } name)
            {
                names.Add(name);
            }
        }

        return ([.. tools.Where(tool => names.Contains(tool.Name))], RequestFields.Find(choice, "mode") is { } said ? ChatToolsReader.ReadWord(said, $"{ChoicePath}.mode", fields) : null);
    }

    /// <summary>The name of a tool that is there.</summary>
    private static string? NameOf(JsonElement item, string path, ImmutableArray<ToolSpec> tools, RequestFields fields)
    {
        if (fields.Required(item, "name", $"{path}.name") is not { } said || fields.TextOf(said, $"{path}.name") is not { } name)
        {
            return null;
        }

        if (!tools.Any(tool => tool.Name == name))
        {
            fields.Fail($"{path}.name", $"is {RequestFields.Quote(name)}, which is no function and no custom tool among the tools.");
        }

        return name;
    }
}
