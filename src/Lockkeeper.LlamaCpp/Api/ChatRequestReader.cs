using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Reads a chat completion request: strict about the fields it knows, indifferent to all others.</summary>
internal static class ChatRequestReader
{
    public static ChatRequest Read(JsonElement root, JsonFields fields)
    {
        if ((fields.Boolean(root, "logprobs") ?? false) || fields.Integer(root, "top_logprobs", 0) is > 0)
        {
            fields.Fail("logprobs", "is not supported: the built-in engine reports no probabilities.", "unsupported_value");
        }

        var tools = ToolUse.Read(root, fields);
        return new ChatRequest(ReadConversation(root, tools.Offered, fields), GenerationFields.Read(root, fields), GrammarReader.Read(root, tools, fields));
    }

    /// <summary>What a template is given, also where nothing is generated.</summary>
    public static Conversation ReadConversation(JsonElement root, JsonFields fields) => ReadConversation(root, ToolUse.Read(root, fields).Offered, fields);

    private static Conversation ReadConversation(JsonElement root, IReadOnlyList<Tool> tools, JsonFields fields) =>
        new(MessageReader.Read(root, fields)) { Tools = tools, Thinks = ReadThinks(root, fields) };

    private static bool ReadThinks(JsonElement root, JsonFields fields)
    {
        const string Name = "chat_template_kwargs";
        if (JsonFields.Find(root, Name) is not { } arguments)
        {
            return true;
        }

        if (arguments.ValueKind == JsonValueKind.Object)
        {
            return fields.Boolean(arguments, "enable_thinking", $"{Name}.enable_thinking") ?? true;
        }

        fields.Fail(Name, $"must be an object, not {JsonFields.Describe(arguments)}.", "invalid_type");
        return true;
    }
}
