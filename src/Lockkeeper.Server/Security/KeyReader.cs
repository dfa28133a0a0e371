using System.Security.Cryptography;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Security;

/// <summary>Fetches the keys from where the configuration says they are, and forgets all but their hashes. No message shows what was found.</summary>
/// <param name="folder">Where relative paths begin.</param>
/// <param name="variable">The environment.</param>
/// <param name="findings">Takes what cannot be fetched.</param>
internal sealed class KeyReader(ConfigFolder folder, Func<string, string?> variable, ConfigFindings findings)
{
    private readonly SecretReader _secrets = new(folder, variable, findings);

    /// <returns>Those that were found.</returns>
    public IReadOnlyList<ApiKey> Read(IReadOnlyList<ApiKeyConfig> given)
    {
        List<ApiKey> keys = [];
        for (var i = 0; i < given.Count; i++)
        {
            var at = (ConfigKey.Top("server") / "api_keys").Item(i) / "key";
            if (Hash(given[i].Key, at) is not { } hash)
            {
                continue;
            }

            var key = new ApiKey(given[i], hash);
            if (keys.Find(key.IsSameAs) is { } twin)
            {
                findings.Add(at, $"is the same key as that of '{twin}'; a caller must be one or the other");
            }

            keys.Add(key);
        }

        return keys;
    }

    private byte[]? Hash(KeySource source, ConfigKey at)
    {
        if (source.Place == KeyPlace.Hash)
        {
            return Convert.FromHexString(source.Value);
        }

        if (_secrets.Read(source.Place, source.Value, at) is not { } key)
        {
            return null;
        }

        if (key.Length == 0)
        {
            findings.Add(at, $"{source} holds nothing; an empty key would let everybody in");
            return null;
        }

        if (!SecretReader.IsOneWord(key))
        {
            findings.Add(at, $"{source} holds more than one word of ASCII, which no header can carry as a key");
            return null;
        }

        return SHA256.HashData(Encoding.ASCII.GetBytes(key));
    }
}
