using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Which kinds of JSON values a schema speaks of.</summary>
internal static class SchemaTypes
{
    private static readonly string[] All = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <summary>The value of <c>type</c>.</summary>
    public static IReadOnlyList<string> Named(JsonNode? type, string place)
    {
        var names = type is JsonArray { Count: > 0 } list ? list.Select((item, i) => SchemaKeywords.Text(item, $"{place}[{i}]")).Distinct().ToList() : [SchemaKeywords.Text(type, place)];
        return names.Find(name => !All.Contains(name)) is { } unknown
            ? throw new SchemaException(place, $"is '{unknown}'; there are {string.Join(", ", All)}.")
            : names;
    }

    /// <summary>By <c>type</c>, or by the keywords that speak of one kind only; empty when any will do.</summary>
    public static IReadOnlyList<string> Of(JsonObject schema, string place)
    {
        if (schema["type"] is { } type)
        {
            return Named(type, SchemaKeywords.At(place, "type"));
        }

        return Has("properties", "required", "additionalProperties") ? ["object"]
            : Has("items", "minItems", "maxItems") ? ["array"]
            : Has("minLength", "maxLength", "format") ? ["string"]
            : Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") ? ["number"]
            : [];

        bool Has(params ReadOnlySpan<string> keywords)
        {
            foreach (var keyword in keywords)
            {
                if (schema.ContainsKey(keyword))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public static bool Fits(JsonNode? value, string type) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => type == "null",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && value.GetValue<JsonElement>().TryGetDouble(out var number) && Math.Floor(number) == number),
        _ => type == "boolean",
    };
}
