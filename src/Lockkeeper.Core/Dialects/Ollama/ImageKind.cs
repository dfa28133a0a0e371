namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>What kind of image a file is. Ollama's clients send the file alone, and other dialects want to be told.</summary>
internal static class ImageKind
{
    /// <summary>How the first bytes of a file look in base64, and what it is then.</summary>
    private static readonly (string Begin, string MediaType)[] Kinds =
    [
        ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGODdh", "image/gif"), ("R0lGODlh", "image/gif"), ("UklGR", "image/webp"), ("Qk", "image/bmp"), ("SUkqA", "image/tiff"), ("TU0AK", "image/tiff"),
    ];

    /// <summary>The file as an address; null for what is none of the kinds.</summary>
    public static string? Address(string base64) =>
        base64.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? base64
        : Array.Find(Kinds, kind => base64.StartsWith(kind.Begin, StringComparison.Ordinal)).MediaType is { } found ? new DataUri(found, base64).ToString()
        : null;
}
