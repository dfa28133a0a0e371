using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>One schema that demands what two demand, for <c>allOf</c> and for what stands beside <c>anyOf</c>.</summary>
internal static class SchemaMerge
{
    /// <summary>Both must hold constraints only and no reference.</summary>
    public static JsonObject Merge(JsonObject one, JsonObject other, string place)
    {
        var merged = (JsonObject)one.DeepClone();
        foreach (var (keyword, value) in other)
        {
            var (has, mine) = (merged.TryGetPropertyValue(keyword, out var present), present);
            merged[keyword] = has ? Both(keyword, mine, value, SchemaKeywords.At(place, keyword)) : value?.DeepClone();
        }

        // A property that only one of them names must also be what the other says about all properties it does not name.
        return Closed(one, other) && Closed(other, one)
            ? merged
            : throw new SchemaException(SchemaKeywords.At(place, "additionalProperties"), "cannot be combined with properties that another part of the schema adds.");
    }

    private static bool Closed(JsonObject one, JsonObject other) => one["additionalProperties"] is null
        || one["additionalProperties"]!.GetValueKind() == JsonValueKind.True
        || other["properties"] is not JsonObject properties
        || properties.All(property => one["properties"] is JsonObject mine && mine.ContainsKey(property.Key));

    private static JsonNode? Both(string keyword, JsonNode? one, JsonNode? other, string place)
    {
        if (JsonNode.DeepEquals(one, other))
        {
            return one?.DeepClone();
        }

        return (keyword, one, other) switch
        {
            ("required", JsonArray a, JsonArray b) => Union(a, b),
            ("enum", JsonArray a, JsonArray b) => Common(a, b, place),
            ("type", _, _) => CommonTypes(one, other, place),
            ("properties", JsonObject a, JsonObject b) => Properties(a, b),
            _ => throw new SchemaException(place, "is given twice with different values, which cannot be combined here."),
        };
    }

    private static JsonArray Union(JsonArray one, JsonArray other) =>
        new([.. one.Concat(other.Where(item => !one.Any(mine => JsonNode.DeepEquals(mine, item)))).Select(item => item?.DeepClone())]);

    private static JsonArray Common(JsonArray one, JsonArray other, string place)
    {
        var common = one.Where(item => other.Any(their => JsonNode.DeepEquals(item, their))).Select(item => item?.DeepClone()).ToArray();
        return common.Length > 0 ? new JsonArray(common) : throw new SchemaException(place, "allows nothing: the lists that are combined have no value in common.");
    }

    private static JsonArray CommonTypes(JsonNode? one, JsonNode? other, string place)
    {
        var (mine, theirs) = (SchemaTypes.Named(one, place), SchemaTypes.Named(other, place));
        var common = mine.Where(type => theirs.Contains(type) || (type == "integer" && theirs.Contains("number")))
            .Union(theirs.Where(type => type == "integer" && mine.Contains("number"))).ToArray();
        return common.Length > 0 ? new JsonArray([.. common.Select(type => JsonValue.Create(type))])
            : throw new SchemaException(place, "allows nothing: the types that are combined have none in common.");
    }

    /// <summary>A property of both is left to be combined where it is read.</summary>
    private static JsonObject Properties(JsonObject one, JsonObject other)
    {
        var merged = (JsonObject)one.DeepClone();
        foreach (var (name, schema) in other)
        {
            merged[name] = merged.TryGetPropertyValue(name, out var mine) && !JsonNode.DeepEquals(mine, schema)
                ? new JsonObject { ["allOf"] = new JsonArray(mine?.DeepClone(), schema?.DeepClone()) }
                : schema?.DeepClone();
        }

        return merged;
    }
}
