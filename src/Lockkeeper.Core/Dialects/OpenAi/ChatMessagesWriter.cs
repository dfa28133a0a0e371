using System.Collections.Immutable;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Writes a conversation as OpenAI's <c>messages</c>.</summary>
internal static class ChatMessagesWriter
{
    private const string BlankLine = "\n\n";

    public static void Write(ImmutableArray<ChatMessage> messages, Utf8JsonWriter json)
    {
        for (var at = 0; at < messages.Length; at++)
        {
            var message = messages[at];
            switch (message.Role)
            {
                case ChatRole.System:
                    // Templates refuse a second system message behind the first.
                    var last = at;
                    while (last + 1 < messages.Length && messages[last + 1].Role == ChatRole.System)
                    {
                        last++;
                    }

                    WriteSystem(messages.AsSpan(at, last - at + 1), json);
                    at = last;
                    break;
                case ChatRole.User:
                    WriteUser(message.Parts, json);
                    break;
                case ChatRole.Assistant:
                    WriteAssistant(message.Parts, json);
                    break;
                default:
                    WriteResults(message.Parts, json);
                    break;
            }
        }
    }

    /// <summary>Where the images and files stand in what the client wrote, in the order in which they are written here.</summary>
    public static ImmutableArray<string?> PlacesOfMedia(ImmutableArray<ChatMessage> messages) =>
    [
        .. from message in messages
           where message.Role is ChatRole.User or ChatRole.Tool
           from part in message.Parts
           from shown in part is ChatPart.ToolResult result ? result.Content : [part]
           where shown is ChatPart.Media
           select ((ChatPart.Media)shown).Place,
    ];

    private static void WriteSystem(ReadOnlySpan<ChatMessage> messages, Utf8JsonWriter json)
    {
        List<string> texts = [];
        foreach (var message in messages)
        {
            texts.AddRange(message.Parts.OfType<ChatPart.Text>().Select(text => text.Value));
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "system"u8);
        json.WriteString("content"u8, string.Join(BlankLine, texts));
        json.WriteEndObject();
    }

    private static void WriteUser(ImmutableArray<ChatPart> parts, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        switch (parts)
        {
            case []:
                json.WriteString("content"u8, "");
                break;
            case [ChatPart.Text only]:
                json.WriteString("content"u8, only.Value);
                break;
            default:
                json.WriteStartArray("content"u8);
                foreach (var part in parts)
                {
                    WritePart(part, json);
                }

                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteAssistant(ImmutableArray<ChatPart> parts, Utf8JsonWriter json)
    {
        var thought = string.Join(BlankLine, parts.OfType<ChatPart.Reasoning>().Select(reasoning => reasoning.Value).Where(words => words.Length > 0));
        var calls = parts.OfType<ChatPart.ToolCall>().ToList();
        var texts = parts.OfType<ChatPart.Text>().Select(text => text.Value).ToList();

        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        if (thought.Length > 0)
        {
            json.WriteString("reasoning_content"u8, thought);
        }

        if (texts.Count == 0 && calls.Count > 0)
        {
            json.WriteNull("content"u8);
        }
        else
        {
            json.WriteString("content"u8, string.Concat(texts));
        }

        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                WriteCall(call, json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteCall(ChatPart.ToolCall call, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Engines refuse images in the message of a tool, so those follow as the user's.</summary>
    private static void WriteResults(ImmutableArray<ChatPart> parts, Utf8JsonWriter json)
    {
        List<ChatPart> media = [];
        foreach (var result in parts.OfType<ChatPart.ToolResult>())
        {
            var shown = result.Content.OfType<ChatPart.Media>().ToList();
            var text = string.Join('\n', result.Content.OfType<ChatPart.Text>().Select(part => part.Value));
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, result.CallId);
            if (result.Name is { } name)
            {
                json.WriteString("name"u8, name);
            }

            json.WriteString("content"u8, Told(text, result.IsError, shown.Count > 0));
            json.WriteEndObject();
            media.AddRange(shown);
        }

        if (media.Count > 0)
        {
            WriteUser([new ChatPart.Text("What the tool has returned:"), .. media], json);
        }
    }

    /// <summary>This API has no field for a call that failed, but the model has to know.</summary>
    private static string Told(string text, bool isError, bool isShown)
    {
        if (text.Length == 0 && isShown)
        {
            text = "See the next message.";
        }

        return isError && !text.StartsWith("error", StringComparison.OrdinalIgnoreCase) ? $"Error: {text}" : text;
    }

    private static void WritePart(ChatPart part, Utf8JsonWriter json)
    {
        switch (part)
        {
            case ChatPart.Text text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Value);
                json.WriteEndObject();
                break;
            case ChatPart.Media { FileName: { } name } document:
                json.WriteStartObject();
                json.WriteString("type"u8, "file"u8);
                json.WriteStartObject("file"u8);
                json.WriteString("filename"u8, name);
                json.WriteString("file_data"u8, document.Url);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case ChatPart.Media image:
                json.WriteStartObject();
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, image.Url);
                if (image.Detail is { } detail)
                {
                    json.WriteString("detail"u8, detail);
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
        }
    }
}
