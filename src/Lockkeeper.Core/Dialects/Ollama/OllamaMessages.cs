using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Media;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Reads Ollama's messages. Calls and their results may have ids or not; where they do not, a result answers the oldest call of its tool that has none yet.</summary>
internal sealed class OllamaMessages(RequestFields fields)
{
    private readonly List<ChatPart.ToolCall> _calls = [];
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    public ImmutableArray<ChatMessage> Read(JsonElement root)
    {
        var messages = ImmutableArray.CreateBuilder<ChatMessage>();
        foreach (var (item, path) in fields.Items(root, "messages"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(path, $"must be an object, not {RequestFields.Describe(item)}.");
                break;
            }

            if (Message(item, path) is not { } message)
            {
                break;
            }

            // Results of calls that were made at once are one message, as the calls are.
            if (message.Role == ChatRole.Tool && messages is [.., { Role: ChatRole.Tool } last])
            {
                messages[^1] = last with { Parts = [.. last.Parts, .. message.Parts] };
            }
            else
            {
                messages.Add(message);
            }
        }

        return messages.DrainToImmutable();
    }

    /// <summary>The images of a request, and of each message.</summary>
    public static IEnumerable<ChatPart> Images(JsonElement parent, string path, RequestFields fields)
    {
        foreach (var (item, at) in fields.Items(parent, "images", path))
        {
            if (fields.TextOf(item, at) is not { } file)
            {
                yield break;
            }

            if (ImageAddress(file) is { } image)
            {
                yield return new ChatPart.Media(image) { Place = at };
            }
            else
            {
                fields.Fail(at, "must be a PNG, JPEG, WebP, GIF or BMP image in base64.");
            }
        }
    }

    /// <summary>Ollama's clients send the file alone, and other dialects want to be told what it is.</summary>
    private static string? ImageAddress(string file) =>
        file.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? file
        : MediaSignature.OfBase64(file) is { } format and not MediaFormat.Pdf ? new DataUri(MediaSignature.TypeOf(format), file).ToString()
        : null;

    private ChatMessage? Message(JsonElement item, string path)
    {
        var role = fields.Required(item, "role", $"{path}.role") is { } named ? fields.TextOf(named, $"{path}.role") : null;
        switch (role?.ToLowerInvariant())
        {
            case "system":
                return new ChatMessage(ChatRole.System, Shown(item, path));
            case "user":
                return new ChatMessage(ChatRole.User, Shown(item, path));
            case "assistant":
                return new ChatMessage(ChatRole.Assistant, [.. Thoughts(item, path), .. Shown(item, path), .. Calls(item, path)]);
            case "tool":
                return new ChatMessage(ChatRole.Tool, [Result(item, path)]);
            case not null:
                fields.Fail($"{path}.role", $"must be 'system', 'user', 'assistant' or 'tool', not {RequestFields.Quote(role)}.");
                return null;
            default:
                return null;
        }
    }

    /// <summary>Images stand before the words about them, as in Ollama's templates.</summary>
    private ImmutableArray<ChatPart> Shown(JsonElement item, string path)
    {
        ImmutableArray<ChatPart> images = [.. Images(item, $"{path}.images", fields)];
        return fields.Text(item, "content", $"{path}.content") is { Length: > 0 } text ? images.Add(new ChatPart.Text(text)) : images;
    }

    private IEnumerable<ChatPart> Thoughts(JsonElement item, string path) =>
        fields.Text(item, "thinking", $"{path}.thinking") is { Length: > 0 } thought ? [new ChatPart.Reasoning(thought)] : [];

    private List<ChatPart> Calls(JsonElement item, string path)
    {
        List<ChatPart> calls = [];
        foreach (var (call, at) in fields.Items(item, "tool_calls", $"{path}.tool_calls"))
        {
            if (call.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(at, $"must be an object, not {RequestFields.Describe(call)}.");
                break;
            }

            if (fields.Required(call, "function", $"{at}.function") is null || fields.Object(call, "function", $"{at}.function") is not { } function
                || fields.Required(function, "name", $"{at}.function.name") is not { } named || fields.TextOf(named, $"{at}.function.name") is not { } name)
            {
                break;
            }

            var id = fields.Text(call, "id", $"{at}.id") is { Length: > 0 } given ? given : string.Create(CultureInfo.InvariantCulture, $"call_{_calls.Count}");
            var made = new ChatPart.ToolCall(id, name, Arguments(function, $"{at}.function.arguments"));
            _calls.Add(made);
            calls.Add(made);
        }

        return calls;
    }

    /// <summary>An object; some clients send its text, as OpenAI's do.</summary>
    private string Arguments(JsonElement function, string path) => RequestFields.Find(function, "arguments") switch
    {
        { ValueKind: JsonValueKind.String } text => fields.TextOf(text, path) ?? "",
        not null => fields.Object(function, "arguments", path)?.GetRawText() ?? "",
        null => "{}",
    };

    private ChatPart.ToolResult Result(JsonElement item, string path)
    {
        var name = fields.Text(item, "tool_name", $"{path}.tool_name") ?? fields.Text(item, "name", $"{path}.name");
        var id = fields.Text(item, "tool_call_id", $"{path}.tool_call_id");
        var call = id is { Length: > 0 }
            ? _calls.FindLast(call => call.Id == id)
            : _calls.Find(call => !_answered.Contains(call.Id) && (name is null || call.Name == name)) ?? _calls.Find(call => !_answered.Contains(call.Id));
        id = id is { Length: > 0 } ? id : call?.Id ?? string.Create(CultureInfo.InvariantCulture, $"call_{_calls.Count + _answered.Count}");
        _answered.Add(id);
        return new ChatPart.ToolResult(id, name ?? call?.Name, Shown(item, path));
    }
}
