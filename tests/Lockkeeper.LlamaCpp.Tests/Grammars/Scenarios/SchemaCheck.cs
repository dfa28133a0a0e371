using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lockkeeper.LlamaCpp.Tests.Grammars.Scenarios;

/// <summary>Whether a value is valid, by the rules of JSON Schema and by nothing of the engine.</summary>
internal sealed class SchemaCheck(JsonElement root)
{
    /// <summary>Null when it is; else what is not.</summary>
    public string? Problem(JsonElement value) => Problem(root, value, "$");

    private string? Problem(JsonElement schema, JsonElement value, string at) => schema.EnumerateObject()
        .Select(keyword => Keyword(schema, keyword.Name, keyword.Value, value, at)).FirstOrDefault(problem => problem is not null);

    private string? Keyword(JsonElement schema, string keyword, JsonElement wanted, JsonElement value, string at)
    {
        var isValid = keyword switch
        {
            "type" => wanted.ValueKind == JsonValueKind.Array ? wanted.EnumerateArray().Any(type => Is(type.GetString()!, value)) : Is(wanted.GetString()!, value),
            "enum" => wanted.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
            "const" => JsonElement.DeepEquals(wanted, value),
            "anyOf" => wanted.EnumerateArray().Any(branch => Problem(branch, value, at) is null),
            "oneOf" => wanted.EnumerateArray().Count(branch => Problem(branch, value, at) is null) == 1,
            "allOf" => wanted.EnumerateArray().All(branch => Problem(branch, value, at) is null),
            "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() >= wanted.GetInt32(),
            "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= wanted.GetInt32(),
            "format" => value.ValueKind != JsonValueKind.String || Has(wanted.GetString()!, value.GetString()!),
            "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= wanted.GetDouble(),
            "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= wanted.GetDouble(),
            "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= wanted.GetInt32(),
            "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= wanted.GetInt32(),
            "required" => value.ValueKind != JsonValueKind.Object || wanted.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            _ => true,
        };
        return isValid ? Inside(schema, keyword, wanted, value, at) : $"{at} breaks {keyword} {wanted.GetRawText()}: {value.GetRawText()}";
    }

    private string? Inside(JsonElement schema, string keyword, JsonElement wanted, JsonElement value, string at) => (keyword, value.ValueKind) switch
    {
        ("$ref", _) => Problem(root.GetProperty("$defs").GetProperty(wanted.GetString()!["#/$defs/".Length..]), value, at),
        ("items", JsonValueKind.Array) => value.EnumerateArray().Select(item => Problem(wanted, item, at + "[]")).FirstOrDefault(problem => problem is not null),
        ("properties", JsonValueKind.Object) => value.EnumerateObject()
            .Select(member => wanted.TryGetProperty(member.Name, out var described) ? Problem(described, member.Value, $"{at}.{member.Name}") : null)
            .FirstOrDefault(problem => problem is not null),
        ("additionalProperties", JsonValueKind.Object) => value.EnumerateObject()
            .Where(member => !schema.TryGetProperty("properties", out var described) || !described.TryGetProperty(member.Name, out _))
            .Select(member => wanted.ValueKind == JsonValueKind.False ? $"{at} has {member.Name}" : Problem(wanted, member.Value, $"{at}.{member.Name}"))
            .FirstOrDefault(problem => problem is not null),
        _ => null,
    };

    private static bool Is(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Floor(value.GetDouble()) == value.GetDouble(),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(type, value.ValueKind.ToString(), StringComparison.OrdinalIgnoreCase),
    };

    private static bool Has(string format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => Regex.IsMatch(text, @"^\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)),
        "date-time" => Has("date", text[..10]) && text[10] == 'T' && Has("time", text[11..]),
        _ => Guid.TryParseExact(text, "D", out _),
    };
}
