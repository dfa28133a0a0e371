using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>Where what is learned is kept across restarts.</summary>
internal static class StateFile
{
    private const string FileName = "state.json";
    private const string FolderName = "lockkeeper";

    /// <summary>Absolute path; neither the file nor its folder need exist.</summary>
    public static string Of(LockkeeperConfig config, ConfigFolder folder) => config.StateFile is { } written ? folder.Resolve(written) : Default(Environment.GetEnvironmentVariable);

    /// <summary>The folder that belongs to an engine, beside the file of what is learned; neither need exist.</summary>
    public static string FolderOfEngine(LockkeeperConfig config, ConfigFolder folder, string engine) =>
        Path.Combine(Path.GetDirectoryName(Of(config, folder))!, "engines", string.Concat(engine.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_')));

    /// <param name="variable">Reads an environment variable.</param>
    public static string Default(Func<string, string?> variable)
    {
        var home = variable("HOME") is { Length: > 0 } given ? given : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(
            variable("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state) ? state // the XDG rules: a relative one is to be ignored
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support")
            : Path.Combine(home, ".local", "state"),
            FolderName, FileName);
    }
}
