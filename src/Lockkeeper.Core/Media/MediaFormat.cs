namespace Lockkeeper.Core.Media;

/// <summary>What a client may put beside its text.</summary>
internal enum MediaFormat
{
    Png,
    Jpeg,
    WebP,
    Gif,
    Bmp,
    Pdf,
}
