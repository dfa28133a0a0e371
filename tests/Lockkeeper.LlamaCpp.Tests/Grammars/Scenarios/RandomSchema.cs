using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Tests.Grammars.Scenarios;

/// <summary>Schemas that nobody would write, of every keyword that is understood.</summary>
internal sealed class RandomSchema(int seed)
{
    private static readonly string[] Names = ["a", "b", "ab", "name", "näme", "with \"quotes\"", "x-y", ""];
    private readonly Random _random = new(seed);

    public JsonObject Next()
    {
        var schema = Schema(0);
        schema["$defs"] = new JsonObject
        {
            ["leaf"] = Leaf(),
            ["tree"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["v"] = Leaf(), ["n"] = new JsonObject { ["type"] = "array", ["items"] = Reference("tree"), ["maxItems"] = 2 } },
                ["required"] = new JsonArray("v"),
                ["additionalProperties"] = false,
            },
        };
        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private JsonObject Schema(int depth) => _random.Next(depth > 2 ? 6 : 11) switch
    {
        < 5 => Leaf(),
        5 => Reference(_random.Next(2) == 0 ? "leaf" : "tree"),
        6 => new JsonObject { ["anyOf"] = new JsonArray(Schema(depth + 1), Schema(depth + 1)) },
        7 => new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, Tagged("p", depth), Tagged("q", depth)) },
        8 => Both(depth),
        9 => List(depth),
        _ => Object(depth),
    };

    private JsonObject Leaf() => _random.Next(9) switch
    {
        0 => new JsonObject { ["type"] = "string", ["minLength"] = _random.Next(8), ["maxLength"] = 8 + _random.Next(5) },
        1 => new JsonObject { ["type"] = "integer", ["minimum"] = _random.Next(-500, 50), ["maximum"] = _random.Next(50, 5000) },
        2 => new JsonObject { ["type"] = "number", ["minimum"] = 0 },
        3 => new JsonObject { ["type"] = new JsonArray("boolean", "null", "integer") },
        4 => new JsonObject { ["enum"] = new JsonArray("a", 1, null, "é\"\n", new JsonObject { ["k"] = new JsonArray(1.5, true) }) },
        5 => new JsonObject { ["const"] = _random.Next(2) == 0 ? "c" : _random.Next(100) },
        6 => new JsonObject { ["type"] = "string", ["format"] = ((string[])["date", "time", "date-time", "uuid"])[_random.Next(4)] },
        7 => new JsonObject { ["type"] = "string" },
        _ => new JsonObject { ["type"] = "number" },
    };

    private JsonObject Object(int depth)
    {
        var names = Names.OrderBy(_ => _random.Next()).Take(_random.Next(4)).ToList();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth + 1)))) };
        schema["required"] = new JsonArray([.. names.Where(_ => _random.Next(2) == 0).Select(name => JsonValue.Create(name))]);
        if (_random.Next(3) is > 0 and var other)
        {
            schema["additionalProperties"] = other == 1 ? false : Leaf();
        }

        return schema;
    }

    private JsonObject List(int depth) => new()
    {
        ["type"] = "array",
        ["items"] = Schema(depth + 1),
        ["minItems"] = _random.Next(3),
        ["maxItems"] = 2 + _random.Next(3),
    };

    private JsonObject Both(int depth) => new()
    {
        ["allOf"] = new JsonArray(
            new JsonObject { ["properties"] = new JsonObject { ["a"] = Schema(depth + 1) }, ["required"] = new JsonArray("a") },
            new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["b"] = Leaf() }, ["required"] = new JsonArray("b") }),
    };

    private JsonObject Tagged(string tag, int depth) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = tag }, ["value"] = Schema(depth + 1) },
        ["required"] = new JsonArray("kind"),
    };
}
