namespace Lockkeeper.Core.Media;

/// <summary>Tells what bytes are by how they begin. What a client or a web server calls them counts for nothing.</summary>
internal static class MediaSignature
{
    /// <summary>What is known here, for messages.</summary>
    public const string Known = "a PNG, JPEG, WebP, GIF or BMP image, or a PDF";

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <returns>Null for anything that is not known here.</returns>
    public static MediaFormat? Of(ReadOnlySpan<byte> content) =>
        content.StartsWith(Png) ? MediaFormat.Png
        : content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? MediaFormat.Jpeg
        : content.StartsWith("RIFF"u8) && content.Length >= 12 && content[8..12].SequenceEqual("WEBP"u8) ? MediaFormat.WebP
        : content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8) ? MediaFormat.Gif
        : content.StartsWith("BM"u8) ? MediaFormat.Bmp
        : content.StartsWith("%PDF"u8) ? MediaFormat.Pdf
        : null;

    /// <summary>The same of content in base64; no more of it is decoded than it takes to tell.</summary>
    public static MediaFormat? OfBase64(ReadOnlySpan<char> content)
    {
        Span<byte> start = stackalloc byte[12];
        var whole = Math.Min(content.Length, start.Length / 3 * 4) / 4 * 4;
        return Convert.TryFromBase64Chars(content[..whole], start, out var length) ? Of(start[..length]) : null;
    }

    /// <summary>The type a data URI names.</summary>
    public static string TypeOf(MediaFormat format) => format switch
    {
        MediaFormat.Pdf => "application/pdf",
        _ => $"image/{format.ToString().ToLowerInvariant()}",
    };
}
