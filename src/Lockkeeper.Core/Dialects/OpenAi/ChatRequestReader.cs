using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Reads the body of <c>/v1/chat/completions</c>, with what engines have added to OpenAI's own fields. Fields that nobody here knows are passed over.</summary>
internal static class ChatRequestReader
{
    public static Checked<ClientChat> Read(in ReadOnlySequence<byte> body) => RequestFields.Read<ClientChat>(body, static (root, fields) => new OpenAiChat(ReadTurn(root, fields)));

    private static ChatTurn ReadTurn(JsonElement root, RequestFields fields)
    {
        if (fields.Integer(root, "n") is > 1)
        {
            fields.Fail("n", "must be 1: the engine of this model gives one answer at a time.");
        }

        var (thinking, kwargs) = ReadThinking(root, fields.Text(root, "reasoning_effort"), fields);
        var (tools, choice) = ChatToolsReader.Read(root, fields);
        return new ChatTurn
        {
            Model = fields.Text(root, "model") ?? "",
            Stream = fields.Boolean(root, "stream") ?? false,
            Messages = new ChatMessagesReader(fields).Read(root),
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = fields.Boolean(root, "parallel_tool_calls"),
            Sampling = SamplingJson.Read(root, fields),
            Stop = SamplingJson.ReadStop(root, fields),
            MaxTokens = ReadLimit(root, fields),
            Format = ReadFormat(root, fields),
            Thinking = thinking,
            TemplateKwargs = kwargs,
            IncludeUsage = fields.Object(root, "stream_options") is { } options && fields.Boolean(options, "include_usage", "stream_options.include_usage") == true,
            ContinuesLastMessage = fields.Boolean(root, "continue_final_message") ?? false,
        };
    }

    /// <summary>Less than nothing is what clients say for "as many as you like".</summary>
    private static long? ReadLimit(JsonElement root, RequestFields fields)
    {
        var limit = fields.Integer(root, "max_tokens");
        limit = fields.Integer(root, "max_completion_tokens") ?? limit;
        return limit < 0 ? null : limit;
    }

    private static AnswerFormat? ReadFormat(JsonElement root, RequestFields fields)
    {
        const string Path = "response_format";
        if (fields.Object(root, Path) is not { } format || fields.Required(format, "type", $"{Path}.type") is not { } type)
        {
            return null;
        }

        switch (fields.TextOf(type, $"{Path}.type"))
        {
            case "json_object":
                // llama.cpp takes a schema here too.
                return new AnswerFormat(fields.Object(format, "schema", $"{Path}.schema")?.GetRawText());
            case "json_schema":
                const string Inner = $"{Path}.json_schema";
                return fields.Required(format, "json_schema", Inner) is not null && fields.Object(format, "json_schema", Inner) is { } schema ? ReadSchema(schema, Inner, fields) : null;
            case "text" or null:
                return null;
            case { } other:
                fields.Fail($"{Path}.type", $"must be 'text', 'json_object' or 'json_schema', not {RequestFields.Quote(other)}.");
                return null;
        }
    }

    /// <summary>Reads name, schema and strictness of a form; Responses has them in another place.</summary>
    public static AnswerFormat ReadSchema(JsonElement schema, string path, RequestFields fields) =>
        new(fields.Object(schema, "schema", $"{path}.schema")?.GetRawText(), fields.Text(schema, "name", $"{path}.name"), fields.Boolean(schema, "strict", $"{path}.strict"));

    /// <summary>Reads what engines have added to say whether the model may think, and what else its template is to know.</summary>
    /// <param name="root">The body.</param>
    /// <param name="effort">What the client says in OpenAI's own field, wherever that is.</param>
    /// <param name="fields">For problems.</param>
    public static (Thinking? Thinking, string? Kwargs) ReadThinking(JsonElement root, string? effort, RequestFields fields)
    {
        var budget = fields.Integer(root, "thinking_budget_tokens");
        var enabled = fields.Boolean(root, "enable_thinking");
        var kwargs = fields.Object(root, "chat_template_kwargs");
        var others = kwargs?.GetRawText();
        if (kwargs is { } variables && RequestFields.Find(variables, "enable_thinking") is { ValueKind: JsonValueKind.True or JsonValueKind.False } inner)
        {
            enabled = inner.GetBoolean();
            others = Without(variables, "enable_thinking");
        }

        var thinking = enabled is null && effort is null && budget is null ? null : new Thinking(enabled ?? effort != "none", effort, budget);
        return (thinking, others == "{}" ? null : others);
    }

    private static string Without(JsonElement parent, string name)
    {
        var members = parent.EnumerateObject().Where(member => !member.NameEquals(name)).Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.GetRawText()}");
        return $"{{{string.Join(',', members)}}}";
    }
}
