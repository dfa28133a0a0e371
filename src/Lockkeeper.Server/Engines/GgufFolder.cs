using System.Text.RegularExpressions;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>A folder given as the path of a GGUF model: which of its files is the model, and which the vision projector.</summary>
internal static partial class GgufFolder
{
    private const string Pattern = "*.gguf";

    /// <summary>Whether an engine loads nothing but GGUF files, so that a folder can only stand for one of them.</summary>
    public static bool IsOnlyFor(IEnumerable<ModelFormat> loads) => loads.Except([ModelFormat.Hub]).ToList() is [ModelFormat.Gguf];

    /// <summary>The first model in it by name, of a split one the first part; null when there is none.</summary>
    public static string? ModelIn(string folder) => Files(folder).FirstOrDefault(file => !IsProjector(file) && !LaterPart().IsMatch(Path.GetFileName(file)));

    /// <summary>The first vision projector in it by name; null when there is none, or no such folder.</summary>
    public static string? ProjectorIn(string folder) => Directory.Exists(folder) ? Files(folder).FirstOrDefault(IsProjector) : null;

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, Pattern, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }).Order(StringComparer.Ordinal);

    private static bool IsProjector(string file) => Path.GetFileName(file).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"-(?!00001-)\d{5}-of-\d{5}\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex LaterPart();
}
