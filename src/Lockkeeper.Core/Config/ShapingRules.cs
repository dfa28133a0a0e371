using System.Text.Json;

namespace Lockkeeper.Core.Config;

/// <summary>What a model's section may do to requests.</summary>
internal static class ShapingRules
{
    /// <summary>They are the router's own to read.</summary>
    private static readonly string[] NotToBeShaped = ["model", "priority"];

    public static void Check(IReadOnlyDictionary<string, ModelConfig> models, ConfigFindings findings)
    {
        foreach (var (id, model) in models)
        {
            var key = ConfigKey.Top("models") / id;
            Names(key / "defaults", model.Defaults.Select(field => field.Key), findings);
            Names(key / "set", model.Set.Select(field => field.Key), findings);
            Names(key / "clamp", model.Clamp.Select(field => field.Key), findings);
            for (var i = 0; i < model.Strip.Count; i++)
            {
                Name((key / "strip").Item(i), model.Strip[i], findings);
            }

            foreach (var (name, value) in model.Defaults.Concat(model.Set).Where(field => field.Key == "stream" && field.Value is not ("true" or "false")))
            {
                findings.Add(key / (model.Set.Any(field => field.Key == name && field.Value == value) ? "set" : "defaults") / name, $"must be true or false, and is {value}");
            }

            foreach (var (name, value) in model.Clamp.Where(field => !IsBound(field.Value)))
            {
                findings.Add(key / "clamp" / name, $"must be a number, the most there may be, or {{ min: …, max: … }} with min not above max; it is {value}");
            }
        }
    }

    private static void Names(ConfigKey section, IEnumerable<string> names, ConfigFindings findings)
    {
        foreach (var name in names)
        {
            Name(section / name, name, findings);
        }
    }

    private static void Name(ConfigKey key, string name, ConfigFindings findings)
    {
        if (name.Length == 0)
        {
            findings.Add(key, "names no member of a request");
        }
        else if (NotToBeShaped.Contains(name))
        {
            findings.Add(key, $"'{name}' is read by Lockkeeper itself and cannot be changed here");
        }
    }

    private static bool IsBound(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var bound = parsed.RootElement;
        if (bound.ValueKind == JsonValueKind.Number)
        {
            return true;
        }

        if (bound.ValueKind != JsonValueKind.Object || !bound.EnumerateObject().Any() || bound.EnumerateObject().Any(member => member.Name is not ("min" or "max") || member.Value.ValueKind != JsonValueKind.Number))
        {
            return false;
        }

        return !bound.TryGetProperty("min", out var least) || !bound.TryGetProperty("max", out var most) || least.GetDouble() <= most.GetDouble();
    }
}
