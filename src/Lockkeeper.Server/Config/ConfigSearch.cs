namespace Lockkeeper.Server.Config;

/// <summary>Where a configuration is looked for. The first place that is named or holds one wins; none means the demo.</summary>
internal static class ConfigSearch
{
    public const string Variable = "LOCKKEEPER_CONFIG";
    private const string FileName = "lockkeeper.yaml";

    /// <param name="option">What <c>--config</c> says; null when it is not given.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>The file, which need not exist when it was named; null when nothing is named or found.</returns>
    public static string? Find(string? option, Func<string, string?> variable)
    {
        if (option is not null)
        {
            return option;
        }

        if (variable(Variable) is { Length: > 0 } named)
        {
            return named;
        }

        string[] places = [FileName, Path.Combine(UserFolder(variable), "lockkeeper", FileName)];
        return Array.Find(places, Path.Exists);
    }

    /// <summary>The XDG rules: a relative <c>XDG_CONFIG_HOME</c> is to be ignored.</summary>
    private static string UserFolder(Func<string, string?> variable) =>
        variable("XDG_CONFIG_HOME") is { Length: > 0 } folder && Path.IsPathRooted(folder) ? folder
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
        : Path.Combine(variable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
}
