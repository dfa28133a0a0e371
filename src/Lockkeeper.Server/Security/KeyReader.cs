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
    /// <summary>A file with a key holds one line; anything larger was named by mistake.</summary>
    private const int LongestFile = 4096;

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

        var key = source.Place == KeyPlace.Environment ? FromVariable(source.Value, at) : FromFile(source.Value, at);
        if (key is null)
        {
            return null;
        }

        if (key.Length == 0)
        {
            findings.Add(at, $"{source} holds nothing; an empty key would let everybody in");
            return null;
        }

        if (!key.All(letter => letter is > ' ' and <= '~'))
        {
            findings.Add(at, $"{source} holds more than one word of ASCII, which no header can carry as a key");
            return null;
        }

        return SHA256.HashData(Encoding.ASCII.GetBytes(key));
    }

    private string? FromVariable(string name, ConfigKey at)
    {
        var value = variable(name);
        if (value is null)
        {
            findings.Add(at, $"there is no environment variable '{name}' where Lockkeeper runs");
        }

        return value?.Trim();
    }

    private string? FromFile(string written, ConfigKey at)
    {
        var file = folder.Resolve(written);
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[LongestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length <= LongestFile)
            {
                return Encoding.Latin1.GetString(bytes, 0, length).Trim();
            }

            findings.Add(at, $"'{file}' is larger than {LongestFile} bytes, and so surely no key");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            findings.Add(at, $"there is no file '{file}'");
        }
        catch (UnauthorizedAccessException)
        {
            findings.Add(at, $"'{file}' cannot be read: {(Directory.Exists(file) ? "it is a folder" : "permission denied")}");
        }
        catch (IOException unreadable)
        {
            findings.Add(at, $"'{file}' cannot be read: {unreadable.Message}");
        }

        return null;
    }
}
