namespace Lockkeeper.Core.Config;

/// <summary>What a configuration must mean to be served, once its keys and types are right. Every rule is tried; none stops at the first problem.</summary>
internal static class ConfigRules
{
    public static IReadOnlyList<ConfigProblem> Check(LockkeeperConfig config, ConfigPositions positions, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var findings = new ConfigFindings(positions);
        Bounds(config, null, findings);
        Listen(config.Server, findings);
        Pools(config.Pools, findings);
        EngineRules.Check(config.Engines, presets, findings);
        ModelRules.Check(config, presets, findings);
        NameRules.Check(config.Models, findings);
        return findings.Problems;
    }

    private static void Bounds(object section, ConfigKey? at, ConfigFindings findings)
    {
        foreach (var property in ConfigProperty.Of(section.GetType()))
        {
            if (property.Property.GetValue(section) is not { } value)
            {
                continue;
            }

            var key = new ConfigKey(at, property.Key);
            if (property.Bounds?.Refuse(value) is { } refusal)
            {
                findings.Add(key, refusal);
            }

            if (value is System.Collections.IDictionary map && ConfigProperty.EntryOf(property.Type) is { } entry && ConfigProperty.IsSection(entry))
            {
                foreach (System.Collections.DictionaryEntry named in map)
                {
                    Bounds(named.Value!, key / (string)named.Key, findings);
                }
            }
            else if (ConfigProperty.IsSection(property.Type))
            {
                Bounds(value, key, findings);
            }
        }
    }

    private static void Listen(ServerConfig server, ConfigFindings findings)
    {
        if (ListenAddress.Refuse(server.Listen) is { } refusal)
        {
            findings.Add(ConfigKey.Top("server") / "listen", refusal);
        }
    }

    private static void Pools(IReadOnlyDictionary<string, PoolConfig> pools, ConfigFindings findings)
    {
        var first = pools.Keys.FirstOrDefault();
        foreach (var (name, pool) in pools)
        {
            var key = ConfigKey.Top("pools") / name;
            if (name != first)
            {
                findings.Add(key, $"is a second pool beside '{first}'; this version has one");
            }

            if (pool.Policy != "exclusive")
            {
                findings.Add(key / "policy", $"'{pool.Policy}' is no policy of this version; write exclusive");
            }
        }
    }
}
