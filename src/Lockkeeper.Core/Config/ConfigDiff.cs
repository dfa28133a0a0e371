using System.Collections;

namespace Lockkeeper.Core.Config;

/// <summary>Tells what a new configuration changes: entries of maps that came and went, and keys that have another value.</summary>
internal static class ConfigDiff
{
    /// <summary>What cannot change while Lockkeeper serves.</summary>
    private static readonly ConfigKey[] Fixed = [ConfigKey.Top("server") / "listen", ConfigKey.Top("state_file")];

    /// <returns>In the order of the records; nothing when both say the same.</returns>
    public static IReadOnlyList<ConfigDifference> Of(LockkeeperConfig before, LockkeeperConfig after) => [.. Sections(before, after, null)];

    /// <summary>Those keys of a difference that take a restart.</summary>
    public static IEnumerable<ConfigKey> NeedRestart(IEnumerable<ConfigDifference> differences) => differences.Select(difference => difference.Key).Where(Fixed.Contains);

    private static IEnumerable<ConfigDifference> Sections(object before, object after, ConfigKey? at) =>
        ConfigProperty.Of(after.GetType()).SelectMany(property => Values(property, property.Property.GetValue(before), property.Property.GetValue(after), new ConfigKey(at, property.Key)));

    private static IEnumerable<ConfigDifference> Values(ConfigProperty property, object? before, object? after, ConfigKey key)
    {
        if (Likeness.Of(before, after))
        {
            return [];
        }

        return (before, after) switch
        {
            (null, _) => [new ConfigDifference(key, DifferenceKind.Added)],
            (_, null) => [new ConfigDifference(key, DifferenceKind.Removed)],
            (IDictionary one, IDictionary other) => Entries(one, other, key),
            _ when ConfigProperty.IsSection(property.Type) => Sections(before, after, key),
            _ => [new ConfigDifference(key, DifferenceKind.Changed)],
        };
    }

    private static IEnumerable<ConfigDifference> Entries(IDictionary before, IDictionary after, ConfigKey key)
    {
        foreach (var name in before.Keys.Cast<string>().Where(name => !after.Contains(name)))
        {
            yield return new ConfigDifference(key / name, DifferenceKind.Removed);
        }

        foreach (DictionaryEntry entry in after)
        {
            var name = (string)entry.Key;
            if (!before.Contains(name))
            {
                yield return new ConfigDifference(key / name, DifferenceKind.Added);
            }
            else if (!Likeness.Of(before[name], entry.Value))
            {
                var inside = ConfigProperty.IsSection(entry.Value!.GetType()) ? Sections(before[name]!, entry.Value, key / name) : [new ConfigDifference(key / name, DifferenceKind.Changed)];
                foreach (var difference in inside)
                {
                    yield return difference;
                }
            }
        }
    }
}
