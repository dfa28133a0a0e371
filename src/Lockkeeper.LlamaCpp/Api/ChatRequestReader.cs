using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Reads a chat completion request: strict about the fields it knows, indifferent to all others.</summary>
internal static class ChatRequestReader
{
    private const int MostStops = 4;

    /// <returns>The request, or what is wrong with it.</returns>
    public static (ChatRequest? Request, ApiError? Problem) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var fields = new JsonFields();
            var request = Read(document.RootElement, fields);
            return fields.Problem is null ? (request, null) : (null, fields.Problem);
        }
        catch (JsonException exception)
        {
            return (null, ApiError.Invalid("invalid_json", $"The request body is not valid JSON: {exception.Message}"));
        }
        catch (InvalidOperationException)
        {
            // A field's name can be half a surrogate pair as well; looking any field up trips over it.
            return (null, ApiError.Invalid("invalid_json", "The request body has a field whose name is not valid Unicode."));
        }
    }

    private static ChatRequest? Read(JsonElement root, JsonFields fields)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            fields.Fail("body", $"must be a JSON object, not {JsonFields.Describe(root)}.", "invalid_type");
            return null;
        }

        if (JsonFields.Find(root, "model") is { } model)
        {
            fields.Text(model, "model");
        }

        if (fields.Integer(root, "n", 1) is > 1)
        {
            fields.Fail("n", "must be 1: the built-in engine gives one answer to a request.", "unsupported_value");
        }

        return new ChatRequest
        {
            Messages = ReadMessages(root, fields),
            Stream = fields.Boolean(root, "stream") ?? false,
            IncludeUsage = ReadIncludeUsage(root, fields),
            Sampling = ReadSampling(root, fields),
            MaxTokens = ReadMaxTokens(root, fields),
            Stops = ReadStops(root, fields),
        };
    }

    private static Sampling ReadSampling(JsonElement root, JsonFields fields) => new()
    {
        Temperature = fields.Number(root, "temperature", 0, float.MaxValue) ?? Sampling.DefaultTemperature,
        TopP = fields.Number(root, "top_p", 0, 1) ?? Sampling.DefaultTopP,
        TopK = (int?)fields.Integer(root, "top_k", -1) ?? Sampling.DefaultTopK,
        MinP = fields.Number(root, "min_p", 0, 1) ?? Sampling.DefaultMinP,
        Seed = fields.Integer(root, "seed", long.MinValue, long.MaxValue),
    };

    private static int? ReadMaxTokens(JsonElement root, JsonFields fields)
    {
        // The older name is checked even when the newer one wins: a wrong type is a mistake either way.
        var older = fields.Integer(root, "max_tokens", 1);
        return (int?)(fields.Integer(root, "max_completion_tokens", 1) ?? older);
    }

    private static bool ReadIncludeUsage(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "stream_options") is not { } options)
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Fail("stream_options", $"must be an object, not {JsonFields.Describe(options)}.", "invalid_type");
            return false;
        }

        return fields.Boolean(options, "include_usage", "stream_options.include_usage") ?? false;
    }

    private static List<byte[]> ReadStops(JsonElement root, JsonFields fields)
    {
        List<byte[]> stops = [];
        if (JsonFields.Find(root, "stop") is not { } value)
        {
            return stops;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            AddStop(value, "stop", stops, fields);
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail("stop", $"must be a string or an array of strings, not {JsonFields.Describe(value)}.", "invalid_type");
        }
        else if (value.GetArrayLength() > MostStops)
        {
            fields.Fail("stop", $"may have {MostStops} strings at most, not {value.GetArrayLength()}.");
        }
        else
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                AddStop(item, $"stop[{index}]", stops, fields);
            }
        }

        return stops;
    }

    private static void AddStop(JsonElement value, string path, List<byte[]> stops, JsonFields fields)
    {
        switch (fields.Text(value, path))
        {
            case "":
                fields.Fail(path, "must not be empty: every answer would end at once.");
                break;
            case { } stop:
                stops.Add(Encoding.UTF8.GetBytes(stop));
                break;
        }
    }

    private static List<Message> ReadMessages(JsonElement root, JsonFields fields)
    {
        List<Message> messages = [];
        if (JsonFields.Find(root, "messages") is not { } value)
        {
            fields.Fail("messages", "is required.", "missing_required_parameter");
        }
        else if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail("messages", $"must be an array, not {JsonFields.Describe(value)}.", "invalid_type");
        }
        else if (value.GetArrayLength() == 0)
        {
            fields.Fail("messages", "must hold at least one message.");
        }
        else
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                messages.Add(ReadMessage(item, $"messages[{index}]", fields));
            }
        }

        return messages;
    }

    private static Message ReadMessage(JsonElement message, string path, JsonFields fields)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {JsonFields.Describe(message)}.", "invalid_type");
            return new Message("", "");
        }

        return new Message(ReadRole(message, $"{path}.role", fields), ReadContent(message, $"{path}.content", fields));
    }

    private static string ReadRole(JsonElement message, string path, JsonFields fields)
    {
        if (JsonFields.Find(message, "role") is not { } value)
        {
            fields.Fail(path, "is required.", "missing_required_parameter");
            return "";
        }

        var role = fields.Text(value, path);
        switch (role)
        {
            case null or "system" or "user" or "assistant":
                return role ?? "";
            case "developer":
                return "system";
            default:
                fields.Fail(path, $"is {JsonFields.Quote(role)}; system, developer, user and assistant are supported.", "unsupported_value");
                return "";
        }
    }

    private static string ReadContent(JsonElement message, string path, JsonFields fields)
    {
        if (JsonFields.Find(message, "content") is not { } content)
        {
            fields.Fail(path, "is required: a string, or an array of text parts.", "missing_required_parameter");
            return "";
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return fields.Text(content, path) ?? "";
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(path, $"must be a string or an array of text parts, not {JsonFields.Describe(content)}.", "invalid_type");
            return "";
        }

        return string.Concat(content.EnumerateArray().Index().Select(part => ReadPart(part.Item, $"{path}[{part.Index}]", fields)));
    }

    private static string ReadPart(JsonElement part, string path, JsonFields fields)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(path, $"must be an object, not {JsonFields.Describe(part)}.", "invalid_type");
            return "";
        }

        if (JsonFields.Find(part, "type") is not { } value)
        {
            fields.Fail($"{path}.type", "is required.", "missing_required_parameter");
            return "";
        }

        if (fields.Text(value, $"{path}.type") is { } type and not "text")
        {
            fields.Fail($"{path}.type", $"is {JsonFields.Quote(type)}; this model reads 'text' only.", "unsupported_value");
            return "";
        }

        if (JsonFields.Find(part, "text") is not { } text)
        {
            fields.Fail($"{path}.text", "is required.", "missing_required_parameter");
            return "";
        }

        return fields.Text(text, $"{path}.text") ?? "";
    }
}
