using System.Text;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>Fetches keys and passwords from where the configuration says they are. No message shows what was found.</summary>
/// <param name="folder">Where relative paths begin.</param>
/// <param name="variable">The environment.</param>
/// <param name="findings">Takes what cannot be fetched.</param>
internal sealed class SecretReader(ConfigFolder folder, Func<string, string?> variable, ConfigFindings findings)
{
    /// <summary>A file with a key holds one line; anything larger was named by mistake.</summary>
    private const int LongestFile = 4096;

    private readonly Variables _variables = new(variable);

    /// <summary>What stands there, spaces around it removed.</summary>
    /// <param name="place">A variable or a file.</param>
    /// <param name="value">Its name or path.</param>
    /// <param name="at">Who asks; null when nothing is amiss if there is none.</param>
    /// <returns>Null when there is none to be had; the reason is then reported.</returns>
    public string? Read(KeyPlace place, string value, ConfigKey? at) => place == KeyPlace.Environment ? FromVariable(value, at) : FromFile(value, at);

    /// <summary>Whether a header can carry it: one word of ASCII.</summary>
    public static bool IsOneWord(string secret) => secret.All(letter => letter is > ' ' and <= '~');

    private string? FromVariable(string name, ConfigKey? at)
    {
        var value = variable(name);
        if (value is null)
        {
            Report(at, $"there is no environment variable '{name}' where Lockkeeper runs");
        }

        return value?.Trim();
    }

    private string? FromFile(string written, ConfigKey? at)
    {
        if (!_variables.TryExpand(written, out var expanded))
        {
            Report(at, expanded);
            return null;
        }

        var file = folder.Resolve(expanded);
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[LongestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length <= LongestFile)
            {
                return Encoding.Latin1.GetString(bytes, 0, length).Trim();
            }

            Report(at, $"'{file}' is larger than {LongestFile} bytes, and so surely no key");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            Report(at, $"there is no file '{file}'");
        }
        catch (UnauthorizedAccessException)
        {
            Report(at, $"'{file}' cannot be read: {(Directory.Exists(file) ? "it is a folder" : "permission denied")}");
        }
        catch (IOException unreadable)
        {
            Report(at, $"'{file}' cannot be read: {unreadable.Message}");
        }

        return null;
    }

    private void Report(ConfigKey? at, string message)
    {
        if (at is not null)
        {
            findings.Add(at, message);
        }
    }
}
