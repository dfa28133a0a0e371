using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>The JSON files that lie beside safetensors. Bounded in size and depth; what is not as expected is as if it were not there.</summary>
internal static class HubJson
{
    /// <summary>Bytes of the largest such file that is read.</summary>
    public const int Largest = 16 * 1024 * 1024;

    /// <summary>Files a model may consist of.</summary>
    public const int MostShards = 10_000;

    private const int LargestConfig = 1024 * 1024;
    private const int LongestTemplate = 1024 * 1024;
    private const int Deepest = 32;

    /// <summary><c>config.json</c>; null when it is none.</summary>
    public static JsonElement? Config(ReadOnlySpan<byte> json)
    {
        if (json.Length > LargestConfig)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var whole = JsonElement.ParseValue(ref reader);
            return whole.ValueKind == JsonValueKind.Object ? whole : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The names of the files with weights, from <c>model.safetensors.index.json</c>; null when it names none, or one outside its own folder.</summary>
    public static IReadOnlySet<string>? Shards(ReadOnlySpan<byte> json)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
            if (!Enter(ref reader, "weight_map"u8))
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 255 || reader.GetString() is not { Length: > 0 } file || file.AsSpan().ContainsAny('/', '\\', '\0') || files.Count == MostShards)
                {
                    return null;
                }

                files.Add(file);
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }

        return files.Count > 0 ? files : null;
    }

    /// <summary>The chat template from <c>tokenizer_config.json</c>: the only one, or the one named <c>default</c>; null for none.</summary>
    public static string? ChatTemplate(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
            if (!Find(ref reader, "chat_template"u8))
            {
                return null;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                return Text(ref reader);
            }

            return reader.TokenType == JsonTokenType.StartArray ? DefaultOf(ref reader) : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? DefaultOf(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? template = null;
            var isDefault = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isName, isTemplate) = (JsonName.Is(reader, "name"u8), JsonName.Is(reader, "template"u8));
                reader.Read();
                isDefault |= isName && reader.TokenType == JsonTokenType.String && JsonName.Is(reader, "default"u8);
                template = isTemplate && reader.TokenType == JsonTokenType.String ? Text(ref reader) : template;
                reader.Skip();
            }

            if (isDefault)
            {
                return template;
            }
        }

        return null;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.ValueSpan.Length is > 0 and <= LongestTemplate ? reader.GetString() : null;

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member) => Find(ref reader, member) && reader.TokenType == JsonTokenType.StartObject;

    /// <summary>Stands on the value of a member of the outermost object.</summary>
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = JsonName.Is(reader, member);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
