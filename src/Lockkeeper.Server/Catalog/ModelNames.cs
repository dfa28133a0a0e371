using System.Text.RegularExpressions;

namespace Lockkeeper.Server.Catalog;

/// <summary>What models in folders are called.</summary>
internal static partial class ModelNames
{
    private const int Longest = 200;
    private const string HubPrefix = "models--";

    /// <summary><c>org/name</c> for a folder <c>models--org--name</c> of the Hugging Face cache; null for any other.</summary>
    public static string? OfHubFolder(string folder)
    {
        if (!folder.StartsWith(HubPrefix, StringComparison.Ordinal) || folder.Length == HubPrefix.Length)
        {
            return null;
        }

        var name = folder[HubPrefix.Length..];
        var cut = name.IndexOf("--", StringComparison.Ordinal);
        return cut <= 0 || cut + 2 == name.Length ? name : $"{name[..cut]}/{name[(cut + 2)..]}";
    }

    /// <summary><c>org/name</c> for a folder two levels or more below the one that is looked through; null above that. A level that only names a quantization does not count.</summary>
    /// <param name="levels">Names of the folders on the way down.</param>
    public static string? OfLevels(IReadOnlyList<string> levels)
    {
        var count = levels.Count;
        while (count > 2 && Quantization(levels[count - 1]) is { } whole && whole.Length == levels[count - 1].Length)
        {
            count--;
        }

        return count >= 2 ? $"{levels[count - 2]}/{levels[count - 1]}" : null;
    }

    /// <summary>The quantization a file's name ends with, in capitals: <c>Q4_K_M</c>, <c>UD-Q4_K_XL</c>, <c>BF16</c>; null for none.</summary>
    /// <param name="stem">The name without its ending and without the number of its shard.</param>
    public static string? Quantization(string stem) => QuantizationAtEnd().Match(stem) is { Success: true } match ? match.Groups["type"].Value.ToUpperInvariant() : null;

    /// <summary>Whether a client can ask for it by that name, and a command line can hold it.</summary>
    public static bool CanBe(string id) => id.Length is > 0 and <= Longest && id == id.Trim() && !id.StartsWith('-') && !id.Any(char.IsControl);

    /// <summary>Whether it is the name of a model in the hub, <c>org/name</c>, and can be nothing else: no path, no option, no address.</summary>
    public static bool IsOfHub(string name) => name.Length <= Longest && HubName().IsMatch(name);

    [GeneratedRegex(@"(?:^|[-._])(?<type>(?:UD-)?(?:I?Q[1-8](?:_[A-Z0-9]{1,3}){0,3}|TQ[12]_0|BF16|F16|FP16|F32|MXFP4(?:_MOE)?))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex QuantizationAtEnd();

    /// <summary>Each part begins with a letter or digit, so that it is never made of dots alone.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex HubName();
}
