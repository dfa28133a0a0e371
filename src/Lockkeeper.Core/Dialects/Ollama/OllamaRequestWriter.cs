using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Writes a turn as a request to <c>/api/chat</c>.</summary>
internal static class OllamaRequestWriter
{
    public static void Write(ChatTurn turn, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonStyle.Readable);
        json.WriteStartObject();
        json.WriteString("model"u8, turn.Model);
        json.WriteStartArray("messages"u8);
        foreach (var message in turn.Messages)
        {
            Write(json, message);
        }

        json.WriteEndArray();
        json.WriteBoolean("stream"u8, turn.Stream); // it is true where nobody says
        Tools(json, turn);
        if (turn.Format is { } format)
        {
            json.WritePropertyName("format"u8);
            json.WriteRawValue(format.Schema ?? "\"json\"", skipInputValidation: true);
        }

        Think(json, turn.Thinking);
        Options(json, turn);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        if (message.Role != ChatRole.Tool)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role switch { ChatRole.System => "system"u8, ChatRole.Assistant => "assistant"u8, _ => "user"u8 });
            Shown(json, message.Parts);
            Calls(json, message.Parts);
            json.WriteEndObject();
            return;
        }

        foreach (var result in message.Parts.OfType<ChatPart.ToolResult>())
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            Shown(json, result.Content);
            if (result.Name is { } name)
            {
                json.WriteString("tool_name"u8, name);
            }

            json.WriteString("tool_call_id"u8, result.CallId);
            json.WriteEndObject();
        }
    }

    private static void Shown(Utf8JsonWriter json, ImmutableArray<ChatPart> parts)
    {
        json.WriteString("content"u8, string.Join('\n', parts.Select(Words).Where(words => words is not null)));
        if (string.Concat(parts.OfType<ChatPart.Reasoning>().Select(thought => thought.Value)) is { Length: > 0 } thoughts)
        {
            json.WriteString("thinking"u8, thoughts);
        }

        List<string> images = [.. parts.Select(Image).OfType<string>()];
        if (images is not [])
        {
            json.WriteStartArray("images"u8);
            foreach (var image in images)
            {
                json.WriteStringValue(image);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Ollama takes images, and only in the request itself: of anything else the model is told at least that it was there.</summary>
    private static string? Words(ChatPart part) => part switch
    {
        ChatPart.Text(var text) => text,
        ChatPart.Media media when Image(media) is null => $"[{media.FileName ?? (DataUri.TryParse(media.Url, out var file) ? file.MediaType : media.Url)}]",
        _ => null,
    };

    private static string? Image(ChatPart part) =>
        part is ChatPart.Media media && DataUri.TryParse(media.Url, out var file) && file.MediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? file.Encoded : null;

    private static void Calls(Utf8JsonWriter json, ImmutableArray<ChatPart> parts)
    {
        List<ChatPart.ToolCall> calls = [.. parts.OfType<ChatPart.ToolCall>()];
        if (calls is [])
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("arguments"u8);
            ToolInput.WriteForEngine(json, call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Ollama cannot be told what has to be called; but what it does not know of, it cannot call.</summary>
    private static void Tools(Utf8JsonWriter json, ChatTurn turn)
    {
        List<ToolSpec> tools = turn.ToolChoice switch
        {
            { Kind: ToolChoiceKind.None } => [],
            { Kind: ToolChoiceKind.Named, Name: { } name } => [.. turn.Tools.Where(tool => tool.Name == name)],
            _ => [.. turn.Tools],
        };
        if (tools is [])
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description)
            {
                json.WriteString("description"u8, description);
            }

            if (tool.Parameters is { } parameters)
            {
                json.WritePropertyName("parameters"u8);
                json.WriteRawValue(parameters, skipInputValidation: true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Think(Utf8JsonWriter json, Thinking? thinking)
    {
        switch (thinking)
        {
            case { Enabled: true, Effort: { } effort }:
                json.WriteString("think"u8, effort switch { "none" or "minimal" or "low" => "low"u8, "high" or "xhigh" => "high"u8, _ => "medium"u8 });
                break;
            case not null:
                json.WriteBoolean("think"u8, thinking.Enabled);
                break;
        }
    }

    private static void Options(Utf8JsonWriter json, ChatTurn turn)
    {
        var sampling = turn.Sampling;
        if (sampling == Sampling.None && turn.MaxTokens is null && turn.Stop.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("options"u8);
        Option(json, "temperature"u8, sampling.Temperature);
        Option(json, "top_p"u8, sampling.TopP);
        Option(json, "top_k"u8, sampling.TopK);
        Option(json, "min_p"u8, sampling.MinP);
        Option(json, "seed"u8, sampling.Seed);
        Option(json, "frequency_penalty"u8, sampling.FrequencyPenalty);
        Option(json, "presence_penalty"u8, sampling.PresencePenalty);
        Option(json, "repeat_penalty"u8, sampling.RepeatPenalty);
        Option(json, "num_predict"u8, turn.MaxTokens);
        if (!turn.Stop.IsEmpty)
        {
            json.WriteStartArray("stop"u8);
            foreach (var stop in turn.Stop)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Option(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Option(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
