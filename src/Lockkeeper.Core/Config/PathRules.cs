namespace Lockkeeper.Core.Config;

/// <summary>What can be the name of a file or folder at all.</summary>
internal static class PathRules
{
    /// <summary>Why no file can have that name; null when one can, or when none is given.</summary>
    public static string? Refuse(string? path) =>
        path is null ? null
        : string.IsNullOrWhiteSpace(path) ? "is empty; name a file or folder, or remove the key"
        : path.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character, which no file name has"
        : null;
}
