using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Objects: named properties in the order of the schema, then others where they are invited.</summary>
/// <param name="rules">Where the rules go.</param>
/// <param name="json">JSON's own.</param>
/// <param name="visit">Makes the rule of a schema.</param>
internal sealed class SchemaObjects(GbnfRules rules, JsonRules json, Func<JsonNode?, Place, string> visit)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Rule(JsonObject schema, Place place)
    {
        var required = SchemaKeywords.List(schema.ContainsKey("required") && schema["required"] is JsonArray { Count: 0 } ? [] : schema, "required", place.Path)
            .Select((name, i) => SchemaKeywords.Text(name, $"{SchemaKeywords.At(place.Path, "required")}[{i}]")).ToHashSet(StringComparer.Ordinal);
        var properties = Properties(schema, required, place);
        var others = Others(schema, properties, place);
        var first = Members(properties, others, place);
        return rules.Add($"\"{{\" {json.Space} {first} {json.Space} \"}}\"", place.Path);
    }

    private static string Quoted(string name) => JsonSerializer.Serialize(name, Relaxed);

    /// <summary>Those that have a name, the ones that are required and nowhere described among them.</summary>
    private List<Property> Properties(JsonObject schema, HashSet<string> required, Place place)
    {
        var named = schema["properties"] switch
        {
            null => [],
            JsonObject properties => properties,
            _ => throw new SchemaException(SchemaKeywords.At(place.Path, "properties"), "must be an object."),
        };
        List<Property> found = [];
        foreach (var (name, node) in named)
        {
            // A property that nothing satisfies may still be absent.
            if (node is JsonValue value && value.GetValueKind() == JsonValueKind.False && !required.Contains(name))
            {
                continue;
            }

            found.Add(Describe(name, node, required.Contains(name), place.Inside($"properties.{name}")));
        }

        foreach (var name in required.Where(name => !named.ContainsKey(name)))
        {
            var others = schema.TryGetPropertyValue("additionalProperties", out var additional) ? additional : JsonValue.Create(true);
            found.Add(Describe(name, others, isRequired: true, place.Inside("additionalProperties")));
        }

        return found;
    }

    private Property Describe(string name, JsonNode? schema, bool isRequired, Place place) =>
        new(name, rules.Add($"{GbnfRules.Literal(Quoted(name))} \":\" {json.Space} {visit(schema, place)}", place.Path), isRequired);

    /// <summary>The rule of a member with another name; null when there is none.</summary>
    private string? Others(JsonObject schema, List<Property> properties, Place place)
    {
        var isGiven = schema.TryGetPropertyValue("additionalProperties", out var additional);
        if (additional is JsonValue value && value.GetValueKind() == JsonValueKind.False)
        {
            return null;
        }

        // Nobody who lists properties and stops there wants a model to invent more, though the schema would allow it.
        if (!isGiven && properties.Count > 0)
        {
            return null;
        }

        var name = properties.Count == 0 ? json.String : rules.Add($"\"\\\"\" {OtherName([.. properties.Select(property => property.Name)], place)}", place.Path);
        return rules.Add($"{name} \":\" {json.Space} {(isGiven ? visit(additional, place.Inside("additionalProperties")) : json.Value)}", place.Path);
    }

    /// <summary>The rest of a name, up to its closing quote, that is none of these. Escapes are left out: with them a name can be written in two ways.</summary>
    private string OtherName(IReadOnlyList<string> taken, Place place)
    {
        const string Plain = """[^"\\\x00-\x1F\x7F]""";
        var byFirst = taken.Where(name => name.Length > 0).GroupBy(name => name.EnumerateRunes().First()).ToList();
        var firsts = string.Concat(byFirst.Select(group => GbnfRules.InClass(group.Key)));
        List<string> alternatives = [$"[^\"\\\\\\x00-\\x1F\\x7F{firsts}] {Plain}* \"\\\"\""];
        if (!taken.Contains(""))
        {
            alternatives.Add("\"\\\"\"");
        }

        foreach (var group in byFirst)
        {
            // A name that needs an escape cannot be continued without one.
            if (group.Key.Value is >= ' ' and not ('"' or '\\' or 0x7F))
            {
                var rest = OtherName([.. group.Select(name => name[group.Key.Utf16SequenceLength..])], place);
                alternatives.Add($"{GbnfRules.Literal(group.Key.ToString())} {rest}");
            }
        }

        return rules.Add(string.Join(" | ", alternatives), place.Path);
    }

    /// <summary>
    /// From the last property to the first: what may follow when it is the first of the object, and when another stands before it. The comma belongs to what follows.
    /// </summary>
    private string Members(List<Property> properties, string? others, Place place)
    {
        var (asFirst, asNext) = others is null ? ("\"\"", "\"\"")
            : (rules.Add($"({others} (\",\" {json.Space} {others})*)?", place.Path), rules.Add($"(\",\" {json.Space} {others})*", place.Path));
        foreach (var property in Enumerable.Reverse(properties))
        {
            var (first, next) = ($"{property.Member} {asNext}", $"\",\" {json.Space} {property.Member} {asNext}");
            (asFirst, asNext) = property.IsRequired
                ? (rules.Add(first, place.Path), rules.Add(next, place.Path))
                : (rules.Add($"{first} | {asFirst}", place.Path), rules.Add($"{next} | {asNext}", place.Path));
        }

        return asFirst;
    }

    /// <param name="Name">Its name.</param>
    /// <param name="Member">The rule of name and value.</param>
    /// <param name="IsRequired">It has to be there.</param>
    private sealed record Property(string Name, string Member, bool IsRequired);
}
