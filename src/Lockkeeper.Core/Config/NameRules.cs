namespace Lockkeeper.Core.Config;

/// <summary>What models may be called. A name stands for one model, whatever its case.</summary>
internal static class NameRules
{
    private const int Longest = 200;

    public static void Check(IReadOnlyDictionary<string, ModelConfig> models, ConfigFindings findings)
    {
        var section = ConfigKey.Top("models");
        var owners = new Dictionary<string, ConfigKey>(StringComparer.OrdinalIgnoreCase);

        // Ids first: an alias that takes a model's id is the one to change, whichever stands first in the file.
        foreach (var id in models.Keys)
        {
            Claim(id, section / id, owners, findings);
        }

        foreach (var (id, model) in models)
        {
            for (var i = 0; i < model.Aliases.Count; i++)
            {
                Claim(model.Aliases[i], (section / id / "aliases").Item(i), owners, findings);
            }
        }
    }

    private static void Claim(string name, ConfigKey key, Dictionary<string, ConfigKey> owners, ConfigFindings findings)
    {
        if (Refuse(name) is { } refusal)
        {
            findings.Add(key, refusal);
        }
        else if (!owners.TryAdd(name, key))
        {
            var other = owners[name];
            var place = findings.Positions.PlaceOf(other, key);
            var mend = key.Parent?.Parent is { } model && (other == model || other.Parent?.Parent == model) ? "remove one of them" : "choose another name";
            findings.Add(key, $"'{name}' is taken by {other}{(place.Length > 0 ? $" on {place}" : "")}, and case does not tell names apart; {mend}");
        }
    }

    private static string? Refuse(string name) =>
        name.Length == 0 ? "a model's name must not be empty"
        : name.Length > Longest ? $"a model's name has at most {Longest} characters; this one has {name.Length}"
        : name.Any(char.IsControl) ? "a model's name must not hold control characters"
        : name != name.Trim() ? "a model's name must not begin or end with a space"
        : null;
}
