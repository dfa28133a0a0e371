using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Reads the body of <c>/v1/responses</c>. Only what would need a memory of earlier responses is refused; what an engine cannot do for a client is left out, as Codex expects it.</summary>
internal static class ResponsesRequestReader
{
    public static Checked<ClientChat> Read(in ReadOnlySequence<byte> body) => RequestFields.Read<ClientChat>(body, ReadChat);

    private static ResponsesChat ReadChat(JsonElement root, RequestFields fields)
    {
        RefuseState(root, fields);
        var effort = fields.Object(root, "reasoning") is { } reasoning ? fields.Text(reasoning, "effort", "reasoning.effort") : null;
        var (thinking, kwargs) = ChatRequestReader.ReadThinking(root, effort, fields);
        var (tools, choice, freeform) = ResponsesToolsReader.Read(root, fields);
        var turn = new ChatTurn
        {
            Model = fields.Text(root, "model") ?? "",
            Stream = fields.Boolean(root, "stream") ?? false,
            Messages = ReadMessages(root, fields),
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = fields.Boolean(root, "parallel_tool_calls"),
            Sampling = SamplingJson.Read(root, fields),
            Stop = SamplingJson.ReadStop(root, fields),
            MaxTokens = fields.Integer(root, "max_output_tokens") is >= 0 and var most ? most : null,
            Format = ReadFormat(root, fields),
            Thinking = thinking,
            TemplateKwargs = kwargs,
        };
        return new ResponsesChat(turn, ResponseEcho.Of(root), Summarises(root, fields), freeform);
    }

    private static void RefuseState(JsonElement root, RequestFields fields)
    {
        if (fields.Boolean(root, "background") == true)
        {
            fields.Fail("background", "cannot be true: responses are not kept here, so nobody could ask for one later.");
        }

        foreach (var name in (ReadOnlySpan<string>)["previous_response_id", "conversation", "prompt"])
        {
            if (RequestFields.Find(root, name) is not null)
            {
                fields.Fail(name, "names something that is kept by the server, and nothing is kept here; send the whole conversation as 'input'.");
            }
        }
    }

    private static ImmutableArray<ChatMessage> ReadMessages(JsonElement root, RequestFields fields)
    {
        List<ChatMessage> messages = [];
        if (fields.Text(root, "instructions") is { Length: > 0 } instructions)
        {
            messages.Add(new ChatMessage(ChatRole.System, [new ChatPart.Text(instructions)]));
        }

        if (fields.Required(root, "input", "input") is not { } input)
        {
            return [];
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            messages.Add(new ChatMessage(ChatRole.User, fields.TextOf(input, "input") is { Length: > 0 } text ? [new ChatPart.Text(text)] : []));
        }
        else if (input.ValueKind == JsonValueKind.Array)
        {
            new InputItemsReader(fields, messages).Read(input);
        }
        else
        {
            fields.Fail("input", $"must be a string or an array of items, not {RequestFields.Describe(input)}.");
        }

        if (messages.Count == 0)
        {
            fields.Fail("input", "must not be empty.");
        }

        return [.. messages];
    }

    private static bool Summarises(JsonElement root, RequestFields fields) =>
        fields.Object(root, "reasoning") is { } reasoning
        && (fields.Text(reasoning, "summary", "reasoning.summary") ?? fields.Text(reasoning, "generate_summary", "reasoning.generate_summary")) is { } summary && summary != "none";

    private static AnswerFormat? ReadFormat(JsonElement root, RequestFields fields)
    {
        const string Path = "text.format";
        if (fields.Object(root, "text") is not { } text || fields.Object(text, "format", Path) is not { } format)
        {
            return null;
        }

        switch (fields.Text(format, "type", $"{Path}.type"))
        {
            case "json_schema":
                return ChatRequestReader.ReadSchema(format, Path, fields);
            case "json_object":
                return new AnswerFormat();
            case "text" or null:
                return null;
            case { } other:
                fields.Fail($"{Path}.type", $"must be 'text', 'json_object' or 'json_schema', not {RequestFields.Quote(other)}.");
                return null;
        }
    }
}
