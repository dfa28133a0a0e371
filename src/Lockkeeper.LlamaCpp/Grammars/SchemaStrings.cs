using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>Strings: their length, and the formats that have a plain shape.</summary>
internal sealed class SchemaStrings(JsonRules json)
{
    private const string Date = """[0-9]{3} [1-9] "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])""";
    private const string Time = """([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? ("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])""";

    private const string Uuid = """[0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12}""";

    public string Expression(JsonObject schema, Place place)
    {
        var (least, most) = (SchemaKeywords.Count(schema, "minLength", place.Path), SchemaKeywords.Count(schema, "maxLength", place.Path));
        if (most < least)
        {
            throw new SchemaException(SchemaKeywords.At(place.Path, "maxLength"), $"is less than minLength, which is {least}.");
        }

        if (!schema.ContainsKey("format"))
        {
            return least is null && most is null ? json.String : $"\"\\\"\" {json.Character}{{{least ?? 0},{most}}} \"\\\"\"";
        }

        if (least is not null || most is not null)
        {
            throw new SchemaException(SchemaKeywords.At(place.Path, "format"), "cannot be enforced beside minLength or maxLength.");
        }

        var at = SchemaKeywords.At(place.Path, "format");
        return SchemaKeywords.Text(schema["format"], at) switch
        {
            // The last days of long months are left out: which years have a 29 February is more than a grammar can know.
            "date" => $"\"\\\"\" {Date} \"\\\"\"",
            "time" => $"\"\\\"\" {Time} \"\\\"\"",
            "date-time" => $"\"\\\"\" {Date} \"T\" {Time} \"\\\"\"",
            "uuid" => $"\"\\\"\" {Uuid} \"\\\"\"",
            _ => throw new SchemaException(at, "is none that can be enforced here; those are date, time, date-time and uuid."),
        };
    }
}
