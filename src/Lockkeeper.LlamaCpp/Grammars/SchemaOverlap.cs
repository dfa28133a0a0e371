using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Whether two schemas can be told apart by every value.</summary>
internal static class SchemaOverlap
{
    /// <summary>Both flat. False when that cannot be seen easily.</summary>
    /// <param name="one">A schema.</param>
    /// <param name="other">Another.</param>
    /// <param name="flat">Makes one schema of a node.</param>
    public static bool AreDisjoint(JsonObject one, JsonObject other, Func<JsonNode?, JsonObject> flat)
    {
        var (types, others) = (Kinds(one), Kinds(other));
        if (types is not null && others is not null && !types.Overlaps(others))
        {
            return true;
        }

        if (Values(one, "") is { } values && Values(other, "") is { } theirs)
        {
            return !values.Any(value => theirs.Any(their => JsonNode.DeepEquals(value, their)));
        }

        // Two objects differ when a property that both must have differs.
        return types is { Count: 1 } && types.Contains("object") && others is { Count: 1 }
            && Required(one).Intersect(Required(other)).Any(name => Property(one, name) is { } mine && Property(other, name) is { } their && AreDisjoint(flat(mine), flat(their), flat));
    }

    /// <summary>Those of <c>enum</c> and <c>const</c>; null without either.</summary>
    public static IReadOnlyList<JsonNode?>? Values(JsonObject schema, string place)
    {
        var (hasConst, value) = (schema.TryGetPropertyValue("const", out var constant), constant);
        if (!schema.ContainsKey("enum"))
        {
            return hasConst ? [value] : null;
        }

        var values = SchemaKeywords.List(schema, "enum", place);
        return hasConst ? [.. values.Where(item => JsonNode.DeepEquals(item, value))] : values;
    }

    /// <summary>Null for all of them.</summary>
    private static HashSet<string>? Kinds(JsonObject schema)
    {
        if (Values(schema, "") is { } values)
        {
            return [.. values.Select(value => ((ReadOnlySpan<string>)["object", "array", "string", "number", "boolean", "null"]).ToArray().First(type => SchemaTypes.Fits(value, type)))];
        }

        // What only keywords tell is no type: a string satisfies { "required": ["a"] }.
        return schema.ContainsKey("type") ? [.. SchemaTypes.Of(schema, "").Select(type => type == "integer" ? "number" : type)] : null;
    }

    private static IEnumerable<string> Required(JsonObject schema) =>
        schema["required"] is JsonArray names ? names.Select(name => SchemaKeywords.Text(name, "required")) : [];

    private static JsonNode? Property(JsonObject schema, string name) => (schema["properties"] as JsonObject)?[name];
}
