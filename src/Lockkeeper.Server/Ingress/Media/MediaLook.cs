using System.Globalization;
using System.Text;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>Looks at the images and files of one request, one after the other, and adds up what they come to.</summary>
internal sealed class MediaLook(ImageFetch fetch, PdfPages pdf, ModelSpec model, CancellationToken cancellation)
{
    /// <summary>Room that a data URI may need for its type and parameters.</summary>
    private const int Slack = 4096;

    private readonly long _most = model.Media.MaxImageBytes.Bytes;
    private long _bytes;
    private int _pages;

    /// <summary>What is wrong with an address, before it is read, by its length alone; null when nothing is.</summary>
    public RouterError? TooLong(string place, long length) => length > (_most / 2 * 3) + Slack ? TooLarge(place) : null; // base64 takes a third more; escapes and line breaks have the rest

    /// <param name="place">Where the request has it.</param>
    /// <param name="text">Its address, or what it holds in base64; decoded in place.</param>
    /// <param name="kind">How it is given.</param>
    public async Task<Checked<Seen>> AtAsync(string place, Memory<byte> text, MediaPartKind kind)
    {
        var isData = DataUri.Is(text.Span);
        Memory<byte> content;
        if (isData || (kind == MediaPartKind.File && !IsLink(text.Span)))
        {
            if ((isData ? DataUri.Decode(text, out content) : DataUri.DecodeBase64(text, out content)) is { } wrong)
            {
                return new RouterError.FieldInvalid(place, wrong);
            }
        }
        else if ((await FetchAsync(place, Encoding.UTF8.GetString(text.Span))).Holds(out var fetched, out var refused))
        {
            content = fetched;
        }
        else
        {
            return refused;
        }

        return content.Length > _most ? TooLarge(place) : await TakeAsync(place, content, isUnchanged: isData && kind == MediaPartKind.Image);
    }

    /// <param name="place">Where it was.</param>
    /// <param name="content">What it is.</param>
    /// <param name="isUnchanged">Whether it stands in the request as an engine expects it, should it be an image.</param>
    private async Task<Checked<Seen>> TakeAsync(string place, ReadOnlyMemory<byte> content, bool isUnchanged)
    {
        if (content.IsEmpty)
        {
            return new RouterError.FieldInvalid(place, "is an image or a file of 0 bytes.");
        }

        if (MediaSignature.Of(content.Span) is not { } format)
        {
            return new RouterError.FieldInvalid(place, $"is not {MediaSignature.Known}.");
        }

        _bytes += content.Length;
        if (_bytes > model.Media.MaxTotalBytes.Bytes)
        {
            return new RouterError.MediaTooLarge(place, string.Create(CultureInfo.InvariantCulture,
                $"brings the images of the request to {_bytes} bytes, and there may be {model.Media.MaxTotalBytes.Bytes}"), "max_total_bytes");
        }

        if (format == MediaFormat.Pdf)
        {
            return await DrawAsync(place, content);
        }

        if (ImageSize.Of(format, content.Span) is not { } size)
        {
            return new RouterError.FieldInvalid(place, $"begins as {format} image and is cut off, or is none.");
        }

        if (size.Pixels > (ulong)model.Media.MaxPixels)
        {
            return new RouterError.MediaTooLarge(place, string.Create(CultureInfo.InvariantCulture,
                $"is an image of {size.Width} x {size.Height} pixels, and there may be {model.Media.MaxPixels} in all"), "max_pixels");
        }

        return isUnchanged ? Seen.Unchanged : new Seen([DataUri.JsonOf(format, content.Span)], ArePages: false);
    }

    private async Task<Checked<Seen>> DrawAsync(string place, ReadOnlyMemory<byte> content)
    {
        var bounds = new PdfPages.Bounds(model.Media.MaxPdfPages - _pages, model.Media.PdfDpi, model.Media.MaxTotalBytes.Bytes - _bytes, model.Media.MaxPixels);
        if (!(await pdf.DrawAsync(content, place, bounds, cancellation)).Holds(out var pages, out var refused))
        {
            return refused;
        }

        _pages += pages.Count;
        _bytes += pages.Sum(page => (long)page.Length);
        return new Seen(pages.ConvertAll(page => DataUri.JsonOf(MediaFormat.Png, page)), ArePages: true);
    }

    private async Task<Checked<byte[]>> FetchAsync(string place, string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var link) || (link.Scheme != Uri.UriSchemeHttp && link.Scheme != Uri.UriSchemeHttps)
            ? new RouterError.FieldInvalid(place, "is neither a data URI nor a link that begins with http:// or https://; files and other places are not read from here. Send data:image/png;base64,…")
        : !model.FetchImages
            ? new RouterError.FieldInvalid(place, "is a link, and for this model links are not fetched (models.*.fetch_images). Send the image as a data URI: data:image/png;base64,…")
        : await fetch.GetAsync(link, place, _most, cancellation);

    /// <summary>No base64 has a colon in it.</summary>
    private static bool IsLink(ReadOnlySpan<byte> text) => text.IndexOf("://"u8) >= 0;

    private RouterError.MediaTooLarge TooLarge(string place) =>
        new(place, string.Create(CultureInfo.InvariantCulture, $"is an image or a file of more than {_most} bytes"), "max_image_bytes");

    /// <summary>What the engine gets of it.</summary>
    /// <param name="Uris">Data URIs, as JSON text with their quotes.</param>
    /// <param name="ArePages">Whether they are the pages of a PDF.</param>
    internal readonly record struct Seen(IReadOnlyList<byte[]> Uris, bool ArePages)
    {
        /// <summary>The engine gets it as it came.</summary>
        public static readonly Seen Unchanged = new([], ArePages: false);

        public bool IsUnchanged => Uris.Count == 0;
    }
}
