using System.Text.Json;
using System.Text.Json.Nodes;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>Makes the JSON schema of the configuration from its records; what a key means is what the documentation says.</summary>
internal sealed class SchemaWriter(IReadOnlyDictionary<string, (string Default, string Meaning)> documented)
{
    private const string Number = @"[0-9]+(\.[0-9]*)?";
    private const string Duration = $@"^\s*(0|({Number}\s*(d|h|m|s|ms)\s*)+)$";
    private const string Size = $@"^\s*{Number}\s*([kKmMgGtT][iI]?[bB]|[bB])?\s*$";
    private const string Percentage = $@"^\s*{Number}\s*%\s*$";

    private static readonly Dictionary<Type, Func<JsonObject>> Scalars = new()
    {
        [typeof(string)] = () => new() { ["type"] = new JsonArray("string", "number", "boolean") }, // text is taken as written
        [typeof(int)] = () => new() { ["type"] = "integer" },
        [typeof(double)] = () => new() { ["type"] = "number" },
        [typeof(bool)] = () => new() { ["type"] = "boolean" },
        [typeof(TimeSpan)] = () => AnyOf(Text(Duration), new() { ["const"] = 0 }),
        [typeof(DurationOrOff)] = () => AnyOf(Text(Duration), new() { ["const"] = 0 }, new() { ["const"] = "off" }),
        [typeof(ByteSize)] = () => AnyOf(Text(Size), new() { ["type"] = "integer" }),
        [typeof(SizeOrAuto)] = () => AnyOf(Text(Size), new() { ["type"] = "integer" }, new() { ["const"] = "auto" }),
        [typeof(SizeOrPercent)] = () => AnyOf(Text(Size), new() { ["type"] = "integer" }, Text(Percentage)),
        [typeof(Percent)] = () => Text(Percentage),
        [typeof(KeySource)] = () => Text("^(env:[^= ]+|file:.+|sha256:[0-9A-Fa-f]{64})$"),
        [typeof(SecretSource)] = () => Text("^(env:[^= ]+|file:.+)$"),
        [typeof(Priority)] = () => new() { ["enum"] = new JsonArray([.. Enum.GetValues<Priority>().Select(PriorityName.Of).Select(name => JsonValue.Create(name)), .. Enumerable.Range(0, 5).Select(number => JsonValue.Create(number))]) },
        [typeof(JsonFields)] = () => new() { ["type"] = new JsonArray("object", "null") },
    };

    public JsonObject Write()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Lockkeeper configuration",
            ["description"] = "lockkeeper.yaml, and the files of the folder it includes.",
        };
        foreach (var (name, value) in Section(typeof(LockkeeperConfig), "").ToList())
        {
            schema[name] = value?.DeepClone();
        }

        return schema;
    }

    private JsonObject Section(Type section, string prefix)
    {
        var properties = new JsonObject();
        var keys = ConfigProperty.Of(section);
        foreach (var key in keys)
        {
            properties[key.Key] = Property(key, prefix + key.Key);
        }

        var schema = new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = false, ["properties"] = properties };
        if (keys.Where(key => key.Required).Select(key => JsonValue.Create(key.Key)).ToArray() is { Length: > 0 } required)
        {
            schema["required"] = new JsonArray([.. required]);
        }

        return schema;
    }

    private JsonObject Property(ConfigProperty property, string path)
    {
        var schema = Value(property.Type, path);
        if (property.Bounds is { } bounds)
        {
            Bound(schema, property.Type, bounds);
        }

        if (documented.TryGetValue(path, out var row))
        {
            schema["description"] = $"{row.Meaning.Replace("`", "", StringComparison.Ordinal)}{(row.Default == "*required*" ? "" : $" Default: {row.Default.Replace("`", "", StringComparison.Ordinal)}.")}";
        }

        return schema;
    }

    private JsonObject Value(Type type, string path)
    {
        if (Scalars.TryGetValue(type, out var scalar))
        {
            return scalar();
        }

        if (type.IsEnum)
        {
            return new() { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => JsonValue.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))]) };
        }

        if (ConfigProperty.EntryOf(type) is { } entry)
        {
            return new() { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = Value(entry, $"{path}.*") };
        }

        if (ConfigProperty.ItemOf(type) is { } item)
        {
            return new() { ["type"] = new JsonArray("array", "null"), ["items"] = Value(item, $"{path}[]") };
        }

        var section = Section(type, $"{path}.");
        return ConfigProperty.IsOneForAll(type) ? AnyOf(section, Property(ConfigProperty.Of(type)[0], "")) : section;
    }

    /// <summary>Numbers have bounds of their own; for anything with a unit JSON schema has none, so they are notes there.</summary>
    private static void Bound(JsonObject schema, Type type, BetweenAttribute bounds)
    {
        if (type == typeof(int) || type == typeof(double))
        {
            (schema["minimum"], schema["maximum"]) = (JsonNode.Parse(bounds.Least), JsonNode.Parse(bounds.Most));
        }
        else
        {
            (schema["x-minimum"], schema["x-maximum"]) = (bounds.Least, bounds.Most);
        }
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject AnyOf(params JsonObject[] schemas) => new() { ["anyOf"] = new JsonArray([.. schemas]) };
}
