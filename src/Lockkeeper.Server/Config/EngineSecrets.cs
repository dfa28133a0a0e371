using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>What engines want of us in their headers, fetched.</summary>
internal sealed class EngineSecrets
{
    public static readonly EngineSecrets None = new([]);

    private readonly FrozenDictionary<string, OfEngine> _engines;

    private EngineSecrets(Dictionary<string, OfEngine> engines) => _engines = engines.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Fetches all there are. A secret that the file asks for must be there; one that only a preset would use need not.</summary>
    public static EngineSecrets Read(IReadOnlyDictionary<string, EngineConfig> engines, IReadOnlyDictionary<string, EnginePreset> presets, SecretReader reader, ConfigFindings findings)
    {
        var fetched = new Dictionary<string, OfEngine>(StringComparer.Ordinal);
        foreach (var (name, written) in engines)
        {
            var at = ConfigKey.Top("engines") / name;
            var preset = written.Preset is { } known ? presets.GetValueOrDefault(known)?.Engine : null;
            var source = written.ApiKey ?? preset?.ApiKey;
            var key = source is { } place ? Fetch(place, written.ApiKey is null ? null : at / "api_key", reader, findings) : null;
            var headers = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.OrdinalIgnoreCase);
            var variables = source is { Place: KeyPlace.Environment } ? ImmutableArray.Create(source.Value.Value) : [];
            foreach (var (header, text) in (preset?.ControlHeaders ?? new Dictionary<string, string>()).Concat(written.ControlHeaders ?? new Dictionary<string, string>()))
            {
                var isOwn = written.ControlHeaders?.ContainsKey(header) == true;
                if (!SecretSource.TryParse(text, out var from, out _))
                {
                    headers[header] = new Secret(text);
                    continue;
                }

                variables = from.Place == KeyPlace.Environment ? variables.Add(from.Value) : variables;
                if (Fetch(from, isOwn ? at / "control_headers" / header : null, reader, findings) is { } secret)
                {
                    headers[header] = secret;
                }
            }

            fetched[name] = new OfEngine(key, headers.ToImmutable(), variables);
        }

        return new EngineSecrets(fetched);
    }

    /// <summary>Its key; null for none.</summary>
    public Secret? KeyOf(string engine) => _engines.GetValueOrDefault(engine)?.Key;

    public ImmutableDictionary<string, Secret> HeadersOf(string engine) => _engines.GetValueOrDefault(engine)?.Headers ?? ImmutableDictionary<string, Secret>.Empty;

    /// <summary>Environment variables that hold secrets of others, which it must not inherit.</summary>
    public IEnumerable<string> VariablesNotFor(string engine) =>
        _engines.Where(other => other.Key != engine).SelectMany(other => other.Value.Variables).Except(_engines.GetValueOrDefault(engine)?.Variables ?? []);

    private static Secret? Fetch(SecretSource source, ConfigKey? at, SecretReader reader, ConfigFindings findings)
    {
        if (reader.Read(source.Place, source.Value, at) is not { } secret)
        {
            return null;
        }

        if (secret.Length > 0 && SecretReader.IsOneWord(secret))
        {
            return new Secret(secret);
        }

        if (at is not null)
        {
            findings.Add(at, $"{source} {(secret.Length == 0 ? "holds nothing" : "holds more than one word of ASCII, which no header can carry as a key")}");
        }

        return null;
    }

    private sealed record OfEngine(Secret? Key, ImmutableDictionary<string, Secret> Headers, ImmutableArray<string> Variables);
}
