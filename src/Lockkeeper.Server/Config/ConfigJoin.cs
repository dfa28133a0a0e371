using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>Makes one configuration of several files. The sections at the top are joined; whatever else stands in two files is an error, as nobody could tell which one was meant.</summary>
internal static class ConfigJoin
{
    /// <param name="first">What there is so far; null for nothing.</param>
    /// <param name="next">The next file's; its entries know their file.</param>
    /// <param name="findings">Takes what stands in both.</param>
    public static ConfigNode.Mapping Of(ConfigNode.Mapping? first, ConfigNode.Mapping next, ConfigFindings findings) =>
        first is null ? next : Join(first, next, null, findings);

    private static ConfigNode.Mapping Join(ConfigNode.Mapping first, ConfigNode.Mapping next, ConfigKey? at, ConfigFindings findings)
    {
        List<ConfigEntry> entries = [.. first.Entries];
        foreach (var entry in next.Entries)
        {
            var key = new ConfigKey(at, entry.Key);
            var known = entries.FindIndex(other => other.Key == entry.Key);
            if (known < 0 || entries[known].File == entry.File)
            {
                entries.Add(entry); // twice in one file is found by whoever binds it
            }
            else if (at is null && IsMapping(entries[known].Value) && IsMapping(entry.Value))
            {
                entries[known] = entries[known] with { Value = Join(MappingOf(entries[known].Value), MappingOf(entry.Value), key, findings) };
            }
            else
            {
                findings.AddIn(entry.File, key, entry.Line, $"is given in two files, first in {entries[known].File}:{entries[known].Line}; remove one of them");
            }
        }

        return new ConfigNode.Mapping(first.Line, first.Size + next.Size, entries);
    }

    /// <summary>A section without a value is an empty one.</summary>
    private static bool IsMapping(ConfigNode node) => node is ConfigNode.Mapping or ConfigNode.Scalar { IsNothing: true };

    private static ConfigNode.Mapping MappingOf(ConfigNode node) => node as ConfigNode.Mapping ?? new ConfigNode.Mapping(node.Line, 1, []);
}
