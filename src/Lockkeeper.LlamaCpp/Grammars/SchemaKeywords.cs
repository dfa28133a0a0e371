using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Reads the keywords of one schema, and knows which there are.</summary>
internal static class SchemaKeywords
{
    /// <summary>They say nothing about what is valid.</summary>
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "$id", "id", "$defs", "definitions",
        "discriminator", "contentMediaType", "contentEncoding",
    };

    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
        "minLength", "maxLength", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    };

    /// <summary>Those that constrain, as a schema of its own; what cannot be expressed is refused by name.</summary>
    public static JsonObject Constraints(JsonObject schema, string place)
    {
        var constraints = new JsonObject();
        foreach (var (keyword, value) in schema)
        {
            if (Annotations.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal) || IsWithoutEffect(keyword, value))
            {
                continue;
            }

            if (!Understood.Contains(keyword))
            {
                throw new SchemaException(At(place, keyword), "cannot be enforced here: no grammar is made of this keyword.");
            }

            constraints[keyword] = value?.DeepClone();
        }

        return constraints;
    }

    public static string At(string place, string keyword) => place.Length == 0 ? keyword : $"{place}.{keyword}";

    /// <summary>A schema is an object, or true or false.</summary>
    public static JsonObject Schema(JsonNode? node, string place) => node switch
    {
        JsonObject schema => schema,
        JsonValue value when value.GetValueKind() == JsonValueKind.True => [],
        JsonValue value when value.GetValueKind() == JsonValueKind.False => throw new SchemaException(place, "is false, which nothing satisfies."),
        _ => throw new SchemaException(place, "must be a schema: an object, or true."),
    };

    public static IReadOnlyList<JsonNode?> List(JsonObject schema, string keyword, string place) => schema[keyword] switch
    {
        null => [],
        JsonArray { Count: > 0 } list => [.. list],
        _ => throw new SchemaException(At(place, keyword), "must be an array with at least one item."),
    };

    public static string Text(JsonNode? node, string place) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw new SchemaException(place, "must be a string.");

    /// <summary>A whole number, null when the keyword is absent.</summary>
    public static long? Whole(JsonObject schema, string keyword, string place)
    {
        if (schema[keyword] is not { } node)
        {
            return null;
        }

        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.GetValue<JsonElement>().TryGetDouble(out var number)
            && Math.Floor(number) == number && Math.Abs(number) <= IntegerRange.Most)
        {
            return (long)number;
        }

        throw new SchemaException(At(place, keyword), $"must be a whole number of at most {IntegerRange.Most}.");
    }

    /// <summary>A length that llama.cpp's repetitions reach.</summary>
    public static int? Count(JsonObject schema, string keyword, string place)
    {
        const int Most = 1000;
        return Whole(schema, keyword, place) switch
        {
            null => null,
            >= 0 and <= Most and var count => (int)count,
            _ => throw new SchemaException(At(place, keyword), $"must be between 0 and {Most}."),
        };
    }

    private static bool IsWithoutEffect(string keyword, JsonNode? value) =>
        (keyword is "uniqueItems" or "nullable" && value is JsonValue isOn && isOn.GetValueKind() == JsonValueKind.False)
        || (keyword is "patternProperties" && value is JsonObject { Count: 0 });
}
