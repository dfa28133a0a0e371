using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What must hold for the address, the keys, and the names and origins that are let in.</summary>
internal static class ServerRules
{
    private const string Any = "*";

    private static readonly ConfigKey Section = ConfigKey.Top("server");

    public static void Check(LockkeeperConfig config, ConfigFindings findings)
    {
        var server = config.Server;
        if (ListenAddress.Refuse(server.Listen, server.MayFaceOthers || findings.Positions.IsDoubtful(Section / "api_keys")) is { } refusal)
        {
            findings.Add(Section / "listen", refusal);
        }

        Keys(config, findings);
        Each(server.AllowedHosts, Section / "allowed_hosts", RefuseHost, findings);
        Each(server.Cors, Section / "cors", RefuseOrigin, findings);
    }

    private static void Keys(LockkeeperConfig config, ConfigFindings findings)
    {
        var owners = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < config.Server.ApiKeys.Count; i++)
        {
            var (given, key) = (config.Server.ApiKeys[i], (Section / "api_keys").Item(i));
            if (RefuseName(given.Name) is { } refusal)
            {
                findings.Add(key / "name", refusal);
            }
            else if (!owners.TryAdd(given.Name, i))
            {
                findings.Add(key / "name", $"'{given.Name}' is the name of {(Section / "api_keys").Item(owners[given.Name])} already; names tell keys apart in logs and in the queue");
            }

            if (given is { Priority: { } priority, MaxPriority: { } best } && priority < best)
            {
                findings.Add(key / "priority", "is better than its max_priority, so it would never count; lower it, or raise max_priority");
            }

            if (given.Scopes.Count == 0)
            {
                findings.Add(key / "scopes", "is empty, so the key opens nothing; write [infer], or leave it out");
            }

            Models(given, key / "models", config, findings);
        }
    }

    private static void Models(ApiKeyConfig given, ConfigKey key, LockkeeperConfig config, ConfigFindings findings)
    {
        var names = config.Models.SelectMany(named => named.Value.Aliases.Prepend(named.Key)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < given.Models.Count; i++)
        {
            if (!names.Contains(given.Models[i]) && !findings.Positions.IsDoubtful(ConfigKey.Top("models")))
            {
                var near = Spelling.Nearest(given.Models[i], names) is { } meant ? $"; did you mean '{meant}'?" : "";
                findings.Add(key.Item(i), $"there is no model '{given.Models[i]}'{near}");
            }
        }
    }

    private static void Each(IReadOnlyList<string> values, ConfigKey key, Func<string, string?> refuse, ConfigFindings findings)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] != Any && refuse(values[i]) is { } refusal)
            {
                findings.Add(key.Item(i), refusal);
            }
        }
    }

    private static string? RefuseName(string name) =>
        name.Length is 0 or > 100 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@')
            ? "is no name for a key; it has up to 100 letters, digits, and - _ . @"
            : null;

    /// <summary>Ports are not told apart: a page that has rebound a name can choose its port as well.</summary>
    private static string? RefuseHost(string host) =>
        Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown && host == host.Trim() ? null
            : $"'{host}' is no host; write a name or an address without a scheme or a port, as in gpu.example.org, or '*' for any";

    private static string? RefuseOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Host.Length > 0 && url.PathAndQuery is "/" or "" && !origin.EndsWith('/')
            && url.UserInfo.Length + url.Fragment.Length == 0 && !origin.Any(char.IsWhiteSpace)
            ? null
            : $"'{origin}' is no origin; write scheme, host and port as the browser shows them and nothing behind, as in https://chat.example.org, or '*' for any";
}
