using System.Collections;

namespace Lockkeeper.Server.Engines;

/// <summary>The environment a child is given.</summary>
internal static class EnvironmentVariables
{
    /// <summary>A copy of Lockkeeper's own, free to be changed.</summary>
    public static Dictionary<string, string> Own() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    /// <summary>Lockkeeper's own, with some added and, where the value is null, some removed.</summary>
    public static Dictionary<string, string> OwnWith(IEnumerable<KeyValuePair<string, string?>> changes)
    {
        var variables = Own();
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                variables.Remove(name);
            }
            else
            {
                variables[name] = value;
            }
        }

        return variables;
    }
}
