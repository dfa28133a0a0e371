using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Writes what a client asks as the body of <c>/v1/chat/completions</c>.</summary>
/// <remarks>
/// Fields that only some engines know are written in every spelling there is: engines pass over what they do not know. The order of the fields is part of the design: what a model's
/// shape changes stands in front of the conversation.
/// </remarks>
internal static class ChatRequestWriter
{
    public static void Write(ChatTurn turn, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        WriteHead(turn.Model, turn.Stream, turn.MaxTokens, json);
        SamplingJson.Write(turn.Sampling, turn.Stop, json);
        WriteThinking(turn, json);
        WriteTools(turn, json);
        WriteFormat(turn.Format, json);
        if (turn.ContinuesLastMessage)
        {
            // vLLM's words. llama.cpp goes on with a last message of the assistant by itself.
            json.WriteBoolean("continue_final_message"u8, true);
            json.WriteBoolean("add_generation_prompt"u8, false);
        }

        json.WriteStartArray("messages"u8);
        ChatMessagesWriter.Write(turn.Messages, json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes what chats and completions begin with. Engines count the tokens of a stream only for who asks.</summary>
    public static void WriteHead(string model, bool stream, long? maxTokens, Utf8JsonWriter json)
    {
        json.WriteString("model"u8, model);
        json.WriteBoolean("stream"u8, stream);
        if (stream)
        {
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        if (maxTokens is { } most)
        {
            json.WriteNumber("max_tokens"u8, most);
        }
    }

    /// <summary>Writes the form an answer must have, as chats and completions take it.</summary>
    public static void WriteFormat(AnswerFormat? format, Utf8JsonWriter json)
    {
        if (format is null)
        {
            return;
        }

        json.WriteStartObject("response_format"u8);
        if (format.Schema is not { } schema)
        {
            json.WriteString("type"u8, "json_object"u8);
        }
        else
        {
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.Name ?? "answer");
            if (format.Strict is { } strict)
            {
                json.WriteBoolean("strict"u8, strict);
            }

            json.WritePropertyName("schema"u8);
            json.WriteRawValue(schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteThinking(ChatTurn turn, Utf8JsonWriter json)
    {
        if (turn.Thinking?.Effort is { } effort)
        {
            json.WriteString("reasoning_effort"u8, effort);
        }

        if (turn.Thinking?.Budget is { } budget)
        {
            // llama.cpp's name for it.
            json.WriteNumber("thinking_budget_tokens"u8, budget);
        }

        if (turn.Thinking is null && turn.TemplateKwargs is null)
        {
            return;
        }

        json.WriteStartObject("chat_template_kwargs"u8);
        if (turn.TemplateKwargs is { } others)
        {
            using var document = JsonDocument.Parse(others, new JsonDocumentOptions { MaxDepth = Wire.BodyPeek.MaxDepth });
            foreach (var other in document.RootElement.EnumerateObject().Where(other => turn.Thinking is null || !other.NameEquals("enable_thinking"u8)))
            {
                other.WriteTo(json);
            }
        }

        if (turn.Thinking is { } thinking)
        {
            json.WriteBoolean("enable_thinking"u8, thinking.Enabled);
        }

        json.WriteEndObject();
    }

    private static void WriteTools(ChatTurn turn, Utf8JsonWriter json)
    {
        if (turn.Tools.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in turn.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            WriteTool(tool, json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (turn.ToolChoice is { } choice)
        {
            WriteChoice(choice, json);
        }

        if (turn.ParallelToolCalls is { } parallel)
        {
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        }
    }

    private static void WriteTool(ToolSpec tool, Utf8JsonWriter json)
    {
        json.WriteString("name"u8, tool.Name);
        if (tool.Description is { } description)
        {
            json.WriteString("description"u8, description);
        }

        if (tool.Parameters is { } parameters)
        {
            json.WritePropertyName("parameters"u8);
            json.WriteRawValue(parameters);
        }

        if (tool.Strict == true)
        {
            // A false is what is meant without it, and some engines show the model all they are sent.
            json.WriteBoolean("strict"u8, true);
        }
    }

    private static void WriteChoice(ToolChoice choice, Utf8JsonWriter json)
    {
        if (choice is { Kind: ToolChoiceKind.Named, Name: { } name })
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }

        json.WriteString("tool_choice"u8, choice.Kind switch
        {
            ToolChoiceKind.None => "none",
            ToolChoiceKind.Auto => "auto",
            _ => "required",
        });
    }
}
