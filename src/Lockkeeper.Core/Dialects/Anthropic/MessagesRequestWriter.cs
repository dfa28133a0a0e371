using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Writes a turn as a request to <c>/v1/messages</c>. What the API has no word for (a seed, penalties, variables of a template) is left out.</summary>
internal static class MessagesRequestWriter
{
    /// <summary>The API wants to be told how long an answer may be, and most clients of other dialects do not say.</summary>
    private const long DefaultMaxTokens = 4096;

    public static void Write(ChatTurn turn, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        json.WriteString("model"u8, turn.Model);
        json.WriteNumber("max_tokens"u8, turn.MaxTokens ?? DefaultMaxTokens + (turn.Thinking?.Budget ?? 0)); // the budget counts as answer
        System(json, turn);
        json.WriteStartArray("messages"u8);
        foreach (var (isAssistant, parts) in Merged(turn.Messages))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, isAssistant ? "assistant"u8 : "user"u8);
            json.WritePropertyName("content"u8);
            MessagesBlockWriter.Write(json, parts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Tools(json, turn);
        Sampling(json, turn);
        Thinking(json, turn);
        if (turn.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        json.WriteEndObject();
    }

    private static void System(Utf8JsonWriter json, ChatTurn turn)
    {
        List<ChatPart> said = [.. turn.Messages.Where(message => message.Role == ChatRole.System).SelectMany(message => message.Parts).Where(MessagesBlockWriter.CanSay)];
        if (said is not [])
        {
            json.WritePropertyName("system"u8);
            MessagesBlockWriter.Write(json, said, marked: turn.CachesSystem);
        }
    }

    /// <summary>The API knows two speakers, who take turns. What tools say comes from the user, before all else, right behind the calls.</summary>
    private static List<(bool IsAssistant, List<ChatPart> Parts)> Merged(ImmutableArray<ChatMessage> messages)
    {
        List<(bool IsAssistant, List<ChatPart> Parts)> merged = [];
        foreach (var message in messages.Where(message => message.Role != ChatRole.System))
        {
            var isAssistant = message.Role == ChatRole.Assistant;
            List<ChatPart> parts = [.. message.Parts.Where(MessagesBlockWriter.CanSay)];
            if (parts is [])
            {
                continue; // the API refuses messages that say nothing
            }

            if (merged is [.., var last] && last.IsAssistant == isAssistant)
            {
                last.Parts.AddRange(parts);
            }
            else
            {
                merged.Add((isAssistant, parts));
            }
        }

        foreach (var (_, parts) in merged.Where(message => !message.IsAssistant && message.Parts.Exists(part => part is ChatPart.ToolResult)))
        {
            List<ChatPart> ordered = [.. parts.OrderBy(part => part is not ChatPart.ToolResult)];
            parts.Clear();
            parts.AddRange(ordered);
        }

        return merged;
    }

    private static void Tools(Utf8JsonWriter json, ChatTurn turn)
    {
        if (turn.Tools.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in turn.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description)
            {
                json.WriteString("description"u8, description);
            }

            json.WritePropertyName("input_schema"u8);
            json.WriteRawValue(tool.Parameters ?? """{"type":"object"}""", skipInputValidation: true);
            if (tool.Strict is { } strict)
            {
                json.WriteBoolean("strict"u8, strict);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        Choice(json, turn);
    }

    private static void Choice(Utf8JsonWriter json, ChatTurn turn)
    {
        if (turn.ToolChoice is null && turn.ParallelToolCalls is null)
        {
            return;
        }

        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, turn.ToolChoice?.Kind switch
        {
            ToolChoiceKind.None => "none"u8,
            ToolChoiceKind.Required => "any"u8,
            ToolChoiceKind.Named => "tool"u8,
            _ => "auto"u8,
        });
        if (turn.ToolChoice is { Kind: ToolChoiceKind.Named, Name: { } name })
        {
            json.WriteString("name"u8, name);
        }

        if (turn.ParallelToolCalls is { } parallel && turn.ToolChoice?.Kind != ToolChoiceKind.None)
        {
            json.WriteBoolean("disable_parallel_tool_use"u8, !parallel);
        }

        json.WriteEndObject();
    }

    private static void Sampling(Utf8JsonWriter json, ChatTurn turn)
    {
        if (!turn.Stop.IsEmpty)
        {
            json.WriteStartArray("stop_sequences"u8);
            foreach (var stop in turn.Stop)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        if (turn.Sampling.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (turn.Sampling.TopP is { } topP)
        {
            json.WriteNumber("top_p"u8, topP);
        }

        if (turn.Sampling.TopK is { } topK)
        {
            json.WriteNumber("top_k"u8, topK);
        }
    }

    private static void Thinking(Utf8JsonWriter json, ChatTurn turn)
    {
        if (turn.Thinking is { } thinking)
        {
            json.WriteStartObject("thinking"u8);
            json.WriteString("type"u8, !thinking.Enabled ? "disabled"u8 : thinking.Budget is null ? "adaptive"u8 : "enabled"u8);
            if (thinking is { Enabled: true, Budget: { } budget })
            {
                json.WriteNumber("budget_tokens"u8, budget);
            }

            json.WriteEndObject();
        }

        // Of JSON without a schema the API knows nothing.
        var (effort, schema) = (turn.Thinking is { Enabled: true } on ? on.Effort : null, turn.Format?.Schema);
        if (effort is null && schema is null)
        {
            return;
        }

        json.WriteStartObject("output_config"u8);
        if (effort is not null)
        {
            json.WriteString("effort"u8, effort is "none" or "minimal" ? "low" : effort);
        }

        if (schema is not null)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WritePropertyName("schema"u8);
            json.WriteRawValue(schema, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
