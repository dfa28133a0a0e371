using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Engines.Presets;

/// <summary>All presets by name, each read when it is first asked for: a configuration names one or two, and to read the others would take a tenth of the time that a start takes.</summary>
/// <param name="names">Those there are.</param>
/// <param name="read">Reads one.</param>
internal sealed class PresetShelf(IEnumerable<string> names, Func<string, EnginePreset> read) : IReadOnlyDictionary<string, EnginePreset>
{
    private readonly FrozenDictionary<string, Lazy<EnginePreset>> _presets = names.ToFrozenDictionary(name => name, name => new Lazy<EnginePreset>(() => read(name)), StringComparer.Ordinal);

    public EnginePreset this[string key] => _presets[key].Value;

    public IEnumerable<string> Keys => _presets.Keys;

    public IEnumerable<EnginePreset> Values => _presets.Values.Select(preset => preset.Value);

    public int Count => _presets.Count;

    public bool ContainsKey(string key) => _presets.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out EnginePreset value)
    {
        value = _presets.TryGetValue(key, out var preset) ? preset.Value : null;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, EnginePreset>> GetEnumerator() => _presets.Select(preset => KeyValuePair.Create(preset.Key, preset.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
