using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What must be said of folders whose models are served as they are found: who serves them, and that he can.</summary>
internal static class DiscoverRules
{
    public static void Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        var seen = new Dictionary<string, ConfigKey>(StringComparer.Ordinal);
        for (var i = 0; i < config.Discover.Count; i++)
        {
            var (folder, key) = (config.Discover[i], ConfigKey.Top("discover").Item(i));
            if (PathRules.Refuse(folder.Path) is { } refusal)
            {
                findings.Add(key / "path", refusal);
            }
            else if (!seen.TryAdd(Plain(folder.Path), key))
            {
                var place = findings.Positions.PlaceOf(seen[Plain(folder.Path)] / "path", key / "path");
                findings.Add(key / "path", $"is the folder of {seen[Plain(folder.Path)]}{(place.Length > 0 ? $" on {place}" : "")} already; name all its engines there");
            }

            Engines(key / "engines", folder, config.Engines, presets, findings);
        }
    }

    private static void Engines(ConfigKey key, DiscoverConfig folder, IReadOnlyDictionary<string, EngineConfig> engines, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        (string Kind, ModelFormat Format, string? Engine)[] named =
            [("gguf", ModelFormat.Gguf, folder.Engines.Gguf), ("mlx", ModelFormat.Mlx, folder.Engines.Mlx), ("safetensors", ModelFormat.Safetensors, folder.Engines.Safetensors)];
        if (named.All(of => of.Engine is null))
        {
            findings.Add(key, "is missing; say which engine serves which kind of file, as in { gguf: my-engine }, or nothing is found");
        }
        else if (folder.AutoPull && (folder.Engines.Mlx ?? folder.Engines.Safetensors) is null)
        {
            findings.Add(key.Parent! / "auto_pull", "is for engines that fetch models from the hub; name one as engines.mlx or engines.safetensors");
        }

        foreach (var (kind, format, name) in named.Where(of => of.Engine is not null))
        {
            if (engines.TryGetValue(name!, out var engine))
            {
                Able(key / kind, format, name!, engine, presets, findings);
            }
            else if (!findings.Positions.IsDoubtful(ConfigKey.Top("engines")))
            {
                findings.Add(key / kind, EngineRules.Unknown(name!, engines));
            }
        }
    }

    /// <summary>What an engine of one's own loads is not known, and so believed.</summary>
    private static void Able(ConfigKey key, ModelFormat format, string name, EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        var whole = engine.Whole(presets);
        if (whole.Lifecycle is Lifecycle.Cloud)
        {
            findings.Add(key, $"'{name}' is a cloud (lifecycle: cloud), which cannot load files of this machine");
        }
        else if (whole.Lifecycle is Lifecycle.Systemd)
        {
            findings.Add(key, $"'{name}' is one unit with one model (lifecycle: systemd); list that under models");
        }
        else if (engine.Preset is { } preset && presets.TryGetValue(preset, out var known) && known.Loads.Count > 0 && !known.Loads.Contains(format))
        {
            var able = presets.Values.Where(other => other.Loads.Contains(format)).Select(other => other.Name).Order(StringComparer.Ordinal).ToList();
            findings.Add(key, $"'{name}' has the preset '{preset}', which loads {string.Join(", ", known.Loads.Select(Word.Of))} and not {Word.Of(format)}"
                + (able.Count == 0 ? "" : $"; these do: {string.Join(", ", able)}"));
        }
        else
        {
            foreach (var (placeholder, holder) in ModelRules.Missing(new ModelConfig { Engine = name, Path = "found" }, engine, presets))
            {
                findings.Add(key, $"{holder.Replace("{0}", placeholder, StringComparison.Ordinal)}, for which a model that is found has no value; write it into engines.{name}, or list the models");
            }
        }
    }

    /// <summary>The path without what does not count in it; whether two lead to one folder by links only the disk knows.</summary>
    private static string Plain(string path) => (path.StartsWith('/') ? "/" : "") + string.Join('/', path.Split('/').Where(level => level is not ("" or ".")));
}
