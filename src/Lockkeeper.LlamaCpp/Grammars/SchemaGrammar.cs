using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>
/// Makes of a JSON schema the rules of a grammar whose every sentence is JSON that the schema allows. Not all that it allows can be said:
/// numbers have a bounded number of digits, properties come in the order of the schema, and an object with named properties has no others unless
/// <c>additionalProperties</c> invites them. What would have to be left out to say more is refused with a <see cref="SchemaException"/>.
/// </summary>
internal sealed class SchemaGrammar
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly GbnfRules _rules;
    private readonly JsonRules _json;
    private readonly JsonObject _root;
    private readonly SchemaObjects _objects;
    private readonly SchemaStrings _strings;
    private readonly Dictionary<string, string> _references = new(StringComparer.Ordinal);

    private SchemaGrammar(GbnfRules rules, JsonRules json, JsonObject root)
    {
        _rules = rules;
        _json = json;
        _root = root;
        _objects = new SchemaObjects(rules, json, Visit);
        _strings = new SchemaStrings(json);
    }

    /// <summary>Adds the rules of a schema.</summary>
    /// <returns>The rule that the schema became.</returns>
    /// <exception cref="SchemaException">No grammar expresses it.</exception>
    public static string Add(JsonElement schema, GbnfRules rules, JsonRules json)
    {
        try
        {
            var root = schema.ValueKind switch
            {
                JsonValueKind.Object => JsonObject.Create(schema)!,
                JsonValueKind.True or JsonValueKind.False => SchemaKeywords.Schema(JsonValue.Create(schema.GetBoolean()), ""),
                _ => throw new SchemaException("", "must be a schema: an object, or true."),
            };
            return new SchemaGrammar(rules, json, root).Visit(root, Place.Root);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new SchemaException("", "has a key twice in one object, or a text that is not valid Unicode.");
        }
    }

    private string Visit(JsonNode? node, Place place)
    {
        var schema = SchemaKeywords.Constraints(SchemaKeywords.Schema(node, place.Path), place.Path);
        if (schema is { Count: 1 } && schema.ContainsKey("$ref"))
        {
            return Reference(schema, place);
        }

        return _rules.Add(Expression(Flatten(schema, place), place), place.Path);
    }

    private string Reference(JsonObject schema, Place place)
    {
        var pointer = SchemaKeywords.Text(schema["$ref"], SchemaKeywords.At(place.Path, "$ref"));
        var target = place.Through(pointer);
        if (!_references.TryGetValue(pointer, out var name))
        {
            var resolved = Resolve(pointer, place);
            name = _references[pointer] = _rules.Reserve(place.Path);
            _rules.Define(name, Visit(resolved, target), place.Path);
        }

        return name;
    }

    /// <summary>References and <c>allOf</c> put into one schema.</summary>
    private JsonObject Flatten(JsonObject constraints, Place place)
    {
        var flat = (JsonObject)constraints.DeepClone();
        flat.Remove("$ref");
        flat.Remove("allOf");
        if (constraints.ContainsKey("$ref"))
        {
            var pointer = SchemaKeywords.Text(constraints["$ref"], SchemaKeywords.At(place.Path, "$ref"));
            flat = SchemaMerge.Merge(flat, Flat(Resolve(pointer, place), place.Through(pointer)), place.Path);
        }

        foreach (var (index, part) in SchemaKeywords.List(constraints, "allOf", place.Path).Index())
        {
            flat = SchemaMerge.Merge(flat, Flat(part, place.Beside($"allOf[{index}]")), place.Path);
        }

        return flat;
    }

    private JsonObject Flat(JsonNode? node, Place place) =>
        Flatten(SchemaKeywords.Constraints(SchemaKeywords.Schema(node, place.Path), place.Path), place);

    private string Expression(JsonObject schema, Place place)
    {
        if (schema.ContainsKey("anyOf") || schema.ContainsKey("oneOf"))
        {
            return Choice(schema, place);
        }

        if (schema.ContainsKey("const") || schema.ContainsKey("enum"))
        {
            return Values(schema, place);
        }

        var types = SchemaTypes.Of(schema, place.Path);
        return types.Count == 0 ? _json.Value : string.Join(" | ", types.Select(type => OfType(type, schema, place)));
    }

    private string Choice(JsonObject schema, Place place)
    {
        if (schema.ContainsKey("anyOf") && schema.ContainsKey("oneOf"))
        {
            throw new SchemaException(SchemaKeywords.At(place.Path, "oneOf"), "cannot be enforced beside anyOf.");
        }

        var keyword = schema.ContainsKey("anyOf") ? "anyOf" : "oneOf";
        var beside = (JsonObject)schema.DeepClone();
        beside.Remove(keyword);
        List<JsonObject> branches = [];
        List<string> alternatives = [];
        foreach (var (index, node) in SchemaKeywords.List(schema, keyword, place.Path).Index())
        {
            var branch = place.Beside($"{keyword}[{index}]");
            if (keyword == "anyOf" && beside.Count == 0)
            {
                alternatives.Add(Visit(node, branch));
                continue;
            }

            branches.Add(SchemaMerge.Merge(beside, Flat(node, branch), branch.Path));
            alternatives.Add(_rules.Add(Expression(branches[^1], branch), branch.Path));
        }

        if (keyword == "oneOf")
        {
            RequireDisjoint(branches, place);
        }

        return string.Join(" | ", alternatives);
    }

    /// <summary>A grammar cannot say "and no other": it need not, when no value satisfies two of them.</summary>
    private void RequireDisjoint(List<JsonObject> branches, Place place)
    {
        for (var one = 0; one < branches.Count; one++)
        {
            for (var other = one + 1; other < branches.Count; other++)
            {
                if (!SchemaOverlap.AreDisjoint(branches[one], branches[other], node => Flat(node, place.Inside("oneOf"))))
                {
                    throw new SchemaException(SchemaKeywords.At(place.Path, "oneOf"),
                        $"cannot be enforced: a value may satisfy both [{one}] and [{other}]. Use anyOf, or give them a required property with different const values.");
                }
            }
        }
    }

    private static string Values(JsonObject schema, Place place)
    {
        if (schema.FirstOrDefault(pair => pair.Key is not ("const" or "enum" or "type")) is { Key: { } other })
        {
            throw new SchemaException(SchemaKeywords.At(place.Path, other), "cannot be enforced beside enum or const; leave out the values that it forbids.");
        }

        var types = schema.ContainsKey("type") ? SchemaTypes.Of(schema, place.Path) : null;
        var values = SchemaOverlap.Values(schema, place.Path)!.Where(value => types is null || types.Any(type => SchemaTypes.Fits(value, type))).ToList();
        return values.Count == 0
            ? throw new SchemaException(SchemaKeywords.At(place.Path, schema.ContainsKey("enum") ? "enum" : "const"), "has no value that the rest of the schema allows.")
            : string.Join(" | ", values.Select(value => GbnfRules.Literal(value?.ToJsonString(Compact) ?? "null")));
    }

    private string OfType(string type, JsonObject schema, Place place) => type switch
    {
        "object" => _objects.Rule(schema, place),
        "array" => Array(schema, place),
        "string" => _rules.Add(_strings.Expression(schema, place), place.Path),
        "integer" => _rules.Add(Integer(schema, place), place.Path),
        "number" => Number(schema, place),
        "boolean" => _json.Boolean,
        _ => _json.Null,
    };

    private string Array(JsonObject schema, Place place)
    {
        var least = SchemaKeywords.Count(schema, "minItems", place.Path) ?? 0;
        var most = SchemaKeywords.Count(schema, "maxItems", place.Path);
        if (most < least)
        {
            throw new SchemaException(SchemaKeywords.At(place.Path, "maxItems"), $"is less than minItems, which is {least}.");
        }

        if (most == 0)
        {
            return _rules.Add($"\"[\" {_json.Space} \"]\"", place.Path);
        }

        var item = schema.TryGetPropertyValue("items", out var items) ? Visit(items, place.Inside("items")) : _json.Value;
        var next = _rules.Add($"\",\" {_json.Space} {item}", place.Path);
        var more = $"{next}{{{Math.Max(0, least - 1)},{most - 1}}}";
        var list = least == 0 ? $"({item} {more})?" : $"{item} {more}";
        return _rules.Add($"\"[\" {_json.Space} {list} {_json.Space} \"]\"", place.Path);
    }

    private static string Integer(JsonObject schema, Place place)
    {
        var least = SchemaKeywords.Whole(schema, "minimum", place.Path);
        var most = SchemaKeywords.Whole(schema, "maximum", place.Path);
        least = SchemaKeywords.Whole(schema, "exclusiveMinimum", place.Path) is { } above ? Math.Max(above + 1, least ?? long.MinValue) : least;
        most = SchemaKeywords.Whole(schema, "exclusiveMaximum", place.Path) is { } below ? Math.Min(below - 1, most ?? long.MaxValue) : most;
        return least > most
            ? throw new SchemaException(place.Path, $"allows no whole number: the smallest would be {least} and the largest {most}.")
            : IntegerRange.Expression(least, most);
    }

    private string Number(JsonObject schema, Place place)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["maximum", "exclusiveMinimum", "exclusiveMaximum", "minimum"])
        {
            if (schema.ContainsKey(keyword) && (keyword != "minimum" || SchemaKeywords.Whole(schema, keyword, place.Path) != 0))
            {
                throw new SchemaException(SchemaKeywords.At(place.Path, keyword), "cannot be enforced for numbers, except for a minimum of 0; whole numbers (type integer) may have any.");
            }
        }

        return schema.ContainsKey("minimum") ? _json.Unsigned : _json.Number;
    }

    /// <summary>What a JSON pointer into this schema points at.</summary>
    private JsonNode? Resolve(string pointer, Place place)
    {
        var at = SchemaKeywords.At(place.Path, "$ref");
        if (!pointer.StartsWith('#') || (pointer.Length > 1 && pointer[1] != '/'))
        {
            throw new SchemaException(at, "must point into this schema, as in '#/$defs/name'; nothing is fetched.");
        }

        JsonNode? node = _root;
        foreach (var step in pointer.Split('/').Skip(1).Select(step => Uri.UnescapeDataString(step).Replace("~1", "/").Replace("~0", "~")))
        {
            node = node is JsonObject parent && parent.TryGetPropertyValue(step, out var child) ? child
                : node is JsonArray list && int.TryParse(step, out var index) && index >= 0 && index < list.Count ? list[index]
                : throw new SchemaException(at, "points at nothing in this schema.");
        }

        return node;
    }
}
