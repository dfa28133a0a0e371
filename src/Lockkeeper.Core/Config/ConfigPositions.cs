namespace Lockkeeper.Core.Config;

/// <summary>Where each key stands in its file, and which keys have a problem already. Filled while the file is read, then only asked.</summary>
/// <param name="file">The file as the user named it.</param>
internal sealed class ConfigPositions(string file)
{
    private readonly Dictionary<ConfigKey, int> _lines = [];
    private readonly HashSet<ConfigKey> _doubtful = [];

    public string File { get; } = file;

    public void Mark(ConfigKey key, int line) => _lines[key] = line;

    /// <summary>The key's value is not what its user meant, and is reported. Follow-up problems with it would only be noise.</summary>
    public void Doubt(ConfigKey key) => _doubtful.Add(key);

    /// <summary>1-based line of the key, or of the section it is missing from; 0 when neither is written.</summary>
    public int LineOf(ConfigKey key)
    {
        for (var at = key; at is not null; at = at.Parent)
        {
            if (_lines.TryGetValue(at, out var line))
            {
                return line;
            }
        }

        return 0;
    }

    public bool IsDoubtful(ConfigKey key)
    {
        for (var at = key; at is not null; at = at.Parent)
        {
            if (_doubtful.Contains(at))
            {
                return true;
            }
        }

        return false;
    }
}
