namespace Lockkeeper.Core.Config;

/// <summary>Where each key stands in its file, and which keys have a problem already. Filled while the file is read, then only asked.</summary>
/// <param name="file">The file as the user named it; the one it is about where others are included.</param>
internal sealed class ConfigPositions(string file)
{
    private readonly Dictionary<ConfigKey, int> _lines = [];
    private readonly Dictionary<ConfigKey, string?> _files = [];
    private readonly HashSet<ConfigKey> _doubtful = [];

    public string File { get; } = file;

    /// <param name="key">The key.</param>
    /// <param name="line">Its line, 1-based.</param>
    /// <param name="file">The included file it stands in; null for the one.</param>
    public void Mark(ConfigKey key, int line, string? file = null) => (_lines[key], _files[key]) = (line, file);

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

    /// <summary>The file that <see cref="LineOf"/> counts in.</summary>
    public string FileOf(ConfigKey key)
    {
        for (var at = key; at is not null; at = at.Parent)
        {
            if (_files.GetValueOrDefault(at) is { } file)
            {
                return file;
            }
        }

        return File;
    }

    /// <summary>Where the key stands, for a message about <paramref name="from"/>: <c>line 7</c>, or <c>other.yaml:7</c>; empty when nowhere.</summary>
    public string PlaceOf(ConfigKey key, ConfigKey from) => LineOf(key) switch
    {
        0 => "",
        var line when FileOf(key) == FileOf(from) => $"line {line}",
        var line => $"{FileOf(key)}:{line}",
    };

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
