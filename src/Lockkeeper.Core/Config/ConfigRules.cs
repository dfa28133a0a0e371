namespace Lockkeeper.Core.Config;

/// <summary>What a configuration must mean to be served, once its keys and types are right. Every rule is tried; none stops at the first problem.</summary>
internal static class ConfigRules
{
    public static IReadOnlyList<ConfigProblem> Check(LockkeeperConfig config, ConfigPositions positions, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var findings = new ConfigFindings(positions);
        Bounds(config, null, findings);
        if (PathRules.Refuse(config.StateFile) is { } refusal)
        {
            findings.Add(ConfigKey.Top("state_file"), refusal);
        }

        ServerRules.Check(config, findings);
        SchedulingRules.Check(config.Scheduling, findings);
        EngineRules.Check(config.Engines, presets, findings);
        SystemdRules.Shared(config, findings);
        ModelRules.Check(config, presets, findings);
        DiscoverRules.Check(config, presets, findings);
        ShapingRules.Check(config.Models, findings);
        AnswerRules.Check(config, presets, findings);
        PoolRules.Check(config with { Engines = new OrderedDictionary<string, EngineConfig>(config.Engines.Select(engine => KeyValuePair.Create(engine.Key, engine.Value.Whole(presets)))) }, presets, findings);
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
            else if (value is System.Collections.IList list && ConfigProperty.ItemOf(property.Type) is { } item && ConfigProperty.IsSection(item))
            {
                for (var i = 0; i < list.Count; i++)
                {
                    Bounds(list[i]!, key.Item(i), findings);
                }
            }
            else if (ConfigProperty.IsSection(property.Type))
            {
                Bounds(value, key, findings);
            }
        }
    }
}
