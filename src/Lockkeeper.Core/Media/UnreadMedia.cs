using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Media;

/// <summary>Finds in a body of any dialect what an engine might fetch though nobody who has read the body saw it: links in parts that are passed over here, and members that stand twice.</summary>
/// <remarks>Such a body must not pass as bytes. Written anew, it holds what was understood of it and no more.</remarks>
internal static class UnreadMedia
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = BodyPeek.MaxDepth };

    /// <param name="body">Has been peeked at: it is sound JSON.</param>
    public static bool MayBeIn(in ReadOnlySequence<byte> body)
    {
        using var document = JsonDocument.Parse(body, Options);
        try
        {
            return InObject(document.RootElement, isRoot: true);
        }
        catch (InvalidOperationException)
        {
            return true; // a name with half a character in it
        }
    }

    private static bool In(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(In),
        JsonValueKind.Object => InObject(value, isRoot: false),
        _ => false,
    };

    private static bool InObject(JsonElement value, bool isRoot)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!names.Add(member.Name) || (!IsOfATool(member.Name, isRoot) && (IsLink(member.Name, member.Value) || In(member.Value))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Schemas, and what tools are called with, are text to an engine.</summary>
    private static bool IsOfATool(string name, bool isRoot) => name is "parameters" or "input_schema" or "schema" or "arguments" || (name == "input" && !isRoot);

    private static bool IsLink(string name, JsonElement value) => name switch
    {
        "image_url" or "file_url" or "video_url" or "audio_url" or "image" or "images" or "video" or "audio" => IsAddress(value),
        "source" => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("url", out _),
        _ => false,
    };

    private static bool IsAddress(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => !value.GetString()!.StartsWith("data:", StringComparison.OrdinalIgnoreCase),
        JsonValueKind.Object => value.TryGetProperty("url", out var url) && IsAddress(url),
        JsonValueKind.Array => value.EnumerateArray().Any(IsAddress),
        _ => false,
    };
}
