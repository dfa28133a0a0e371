using System.Text.Json;

namespace Lockkeeper.Server.Config;

/// <summary>JSON written so that <see cref="YamlAsJson"/> makes the same JSON of it again. YAML reads JSON, but not every letter in it the same way.</summary>
internal static class JsonInYaml
{
    /// <param name="json">One JSON value.</param>
    /// <exception cref="ConfigUnwritableException">It holds text that no configuration may hold.</exception>
    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    private static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Select(member => $"{Text(member.Name)}: {Of(member.Value)}").ToList() is { Count: > 0 } members ? $"{{ {string.Join(", ", members)} }}" : "{}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Of))}]",
        JsonValueKind.String => Text(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Text(string text) => YamlScalar.Refuse(text) is { } refusal ? throw new ConfigUnwritableException($"a JSON value {refusal}") : YamlScalar.Of(text);
}
