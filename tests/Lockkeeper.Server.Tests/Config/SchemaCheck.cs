using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>As much of JSON schema as the schema of the configuration uses. An unknown keyword is an error, so that none is taken for granted.</summary>
internal static class SchemaCheck
{
    private static readonly string[] Notes = ["$schema", "title", "description", "x-minimum", "x-maximum", "properties", "required", "additionalProperties"];

    /// <returns>What does not hold, and where; nothing when all does.</returns>
    public static IReadOnlyList<string> Check(JsonElement schema, JsonElement value, string at = "") =>
        [.. schema.EnumerateObject().SelectMany(keyword => Check(keyword, schema, value, at)).Concat(value.ValueKind == JsonValueKind.Object ? Members(schema, value, at) : [])];

    private static IEnumerable<string> Check(JsonProperty keyword, JsonElement schema, JsonElement value, string at) => keyword.Name switch
    {
        "type" => Types(keyword.Value).Contains(TypeOf(value)) || (TypeOf(value) == "integer" && Types(keyword.Value).Contains("number")) ? [] : [$"{at}: {value} is no {keyword.Value}"],
        "enum" => keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? [] : [$"{at}: {value} is none of {keyword.Value}"],
        "const" => JsonElement.DeepEquals(keyword.Value, value) ? [] : [$"{at}: {value} is not {keyword.Value}"],
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.NonBacktracking) ? [] : [$"{at}: {value} does not match {keyword.Value}"],
        "anyOf" => keyword.Value.EnumerateArray().Any(one => Check(one, value, at).Count == 0) ? [] : [$"{at}: {value} is none of what it may be"],
        "items" => value.ValueKind != JsonValueKind.Array ? [] : value.EnumerateArray().SelectMany((item, i) => Check(keyword.Value, item, $"{at}[{i}]")),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= keyword.Value.GetDouble() ? [] : [$"{at}: {value} is less than {keyword.Value}"],
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= keyword.Value.GetDouble() ? [] : [$"{at}: {value} is more than {keyword.Value}"],
        _ => Notes.Contains(keyword.Name) ? [] : throw new NotSupportedException($"{at}: {keyword.Name} in {schema}"),
    };

    private static IEnumerable<string> Members(JsonElement schema, JsonElement value, string at)
    {
        var properties = schema.TryGetProperty("properties", out var known) ? known.EnumerateObject().ToDictionary(property => property.Name, property => property.Value) : [];
        foreach (var missing in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _)) : [])
        {
            yield return $"{at}.{missing}: is missing";
        }

        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetValue(member.Name, out var own) || (schema.TryGetProperty("additionalProperties", out own) && own.ValueKind == JsonValueKind.Object))
            {
                foreach (var breach in Check(own, member.Value, $"{at}.{member.Name}"))
                {
                    yield return breach;
                }
            }
            else if (own.ValueKind == JsonValueKind.False)
            {
                yield return $"{at}.{member.Name}: is unknown";
            }
        }
    }

    private static IEnumerable<string> Types(JsonElement types) => types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().Select(type => type.GetString()!) : [types.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        _ => value.TryGetInt64(out _) ? "integer" : "number",
    };
}
