using System.Text.Json;
using Lockkeeper.Core.Media;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Writes what a message is made of as Anthropic's blocks.</summary>
internal static class MessagesBlockWriter
{
    /// <summary>Whether the API takes it: texts must not be empty, and thoughts have to be signed.</summary>
    public static bool CanSay(ChatPart part) => part is not (ChatPart.Text { Value: "" } or ChatPart.Reasoning { Signature: null });

    /// <param name="json">Where it is written.</param>
    /// <param name="parts">What the message is made of.</param>
    /// <param name="marked">Whether the last one carries the mark up to which the service keeps what it has read.</param>
    public static void Write(Utf8JsonWriter json, List<ChatPart> parts, bool marked = false)
    {
        if (!marked && parts is [ChatPart.Text(var only)])
        {
            json.WriteStringValue(only);
            return;
        }

        json.WriteStartArray();
        for (var i = 0; i < parts.Count; i++)
        {
            json.WriteStartObject();
            Write(json, parts[i]);
            if (marked && i == parts.Count - 1)
            {
                json.WriteStartObject("cache_control"u8);
                json.WriteString("type"u8, "ephemeral"u8);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ChatPart part)
    {
        switch (part)
        {
            case ChatPart.Text(var text):
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text);
                break;
            case ChatPart.Media media:
                Write(json, media);
                break;
            case ChatPart.Reasoning { Signature: { } signature } when signature.StartsWith(MessagesBlocks.Redacted, StringComparison.Ordinal):
                json.WriteString("type"u8, "redacted_thinking"u8);
                json.WriteString("data"u8, signature[MessagesBlocks.Redacted.Length..]);
                break;
            case ChatPart.Reasoning(var thought, var signature):
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, thought);
                json.WriteString("signature"u8, signature);
                break;
            case ChatPart.ToolCall(var id, var name, var arguments):
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, id);
                json.WriteString("name"u8, name);
                json.WritePropertyName("input"u8);
                ToolInput.WriteForEngine(json, arguments);
                break;
            case ChatPart.ToolResult result:
                Write(json, result);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, ChatPart.Media media)
    {
        var isInline = DataUri.TryParse(media.Url, out var file);
        var isImage = isInline ? file.MediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) : media.FileName is null;
        json.WriteString("type"u8, isImage ? "image"u8 : "document"u8);
        json.WriteStartObject("source"u8);
        if (isInline)
        {
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, file.MediaType);
            json.WriteString("data"u8, file.Encoded);
        }
        else
        {
            json.WriteString("type"u8, "url"u8);
            json.WriteString("url"u8, media.Url);
        }

        json.WriteEndObject();
        if (!isImage && media.FileName is { } name)
        {
            json.WriteString("title"u8, name);
        }
    }

    private static void Write(Utf8JsonWriter json, ChatPart.ToolResult result)
    {
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, result.CallId);
        List<ChatPart> content = [.. result.Content.Where(CanSay)];
        if (content is not [])
        {
            json.WritePropertyName("content"u8);
            Write(json, content);
        }

        if (result.IsError)
        {
            json.WriteBoolean("is_error"u8, true);
        }
    }
}
