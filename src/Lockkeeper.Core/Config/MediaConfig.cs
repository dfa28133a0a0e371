namespace Lockkeeper.Core.Config;

/// <summary>Images and PDFs in the chats of a model.</summary>
internal sealed record MediaConfig
{
    /// <summary>Most images and PDFs in a request.</summary>
    [Between("1", "1000")]
    public int MaxImages { get; init; } = 16;

    /// <summary>Largest image or PDF, decoded from base64.</summary>
    [Between("1KiB", "256MiB")]
    public ByteSize MaxImageBytes { get; init; } = ByteSize.FromMebibytes(20);

    /// <summary>Largest sum of them in a request, with the images that pages of PDFs become.</summary>
    [Between("1KiB", "1GiB")]
    public ByteSize MaxTotalBytes { get; init; } = ByteSize.FromMebibytes(100);

    /// <summary>Most pixels of an image, width times height.</summary>
    [Between("1000", "1000000000")]
    public int MaxPixels { get; init; } = 64_000_000;

    /// <summary>Most pages of PDFs in a request, all together.</summary>
    [Between("1", "1000")]
    public int MaxPdfPages { get; init; } = 20;

    /// <summary>Dots per inch at which pages become images.</summary>
    [Between("36", "600")]
    public int PdfDpi { get; init; } = 150;
}
