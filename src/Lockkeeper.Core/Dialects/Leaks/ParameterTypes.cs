using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>What a tool's schema says of the types of its parameters, for dialects that write values without quotes.</summary>
internal sealed class ParameterTypes
{
    private readonly Dictionary<string, HashSet<string>> _types = [];

    private ParameterTypes()
    {
    }

    /// <param name="schema">JSON schema of a tool's arguments; null, or one that says nothing, makes every value a text.</param>
    public static ParameterTypes Of(string? schema)
    {
        var types = new ParameterTypes();
        try
        {
            using var document = JsonDocument.Parse(schema ?? "{}");
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in properties.EnumerateObject())
                {
                    Collect(property.Value, types._types[property.Name] = []);
                }
            }
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            // The engine was given this schema and took it; what it cannot tell, nobody can.
            types._types.Clear();
        }

        return types;
    }

    /// <summary>A value as JSON; null where it is a text.</summary>
    public string? AsJson(string parameter, string value)
    {
        if (!_types.TryGetValue(parameter, out var types) || types.Count == 0 || types.SetEquals(["string"]))
        {
            return null;
        }

        // Qwen's models have read much Python.
        var json = value.Trim() switch
        {
            "True" => "true",
            "False" => "false",
            "None" => "null",
            var other => other,
        };
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Number => types.Contains("number") || (types.Contains("integer") && IsWhole(document.RootElement)),
                JsonValueKind.True or JsonValueKind.False => types.Contains("boolean"),
                JsonValueKind.Object => types.Contains("object"),
                JsonValueKind.Array => types.Contains("array"),
                JsonValueKind.Null => types.Contains("null") || !types.Contains("string"),
                _ => false,
            } ? json : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsWhole(JsonElement number) => number.TryGetInt64(out _) || Math.Floor(number.GetDouble()) == number.GetDouble();

    private static void Collect(JsonElement schema, HashSet<string> types)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("type", out var type))
        {
            foreach (var name in type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().ToArray() : [type])
            {
                if (name.ValueKind == JsonValueKind.String)
                {
                    types.Add(name.GetString()!);
                }
            }
        }

        foreach (var name in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(name, out var choices) && choices.ValueKind == JsonValueKind.Array)
            {
                foreach (var choice in choices.EnumerateArray())
                {
                    Collect(choice, types);
                }
            }
        }
    }
}
