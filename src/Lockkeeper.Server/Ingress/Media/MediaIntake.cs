using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>
/// Makes the images of a chat fit for the engine, before anything is loaded for it: each is looked at and counted, links become their content, and PDFs become images of their pages.
/// </summary>
/// <remarks>An engine that understands an address might fetch it, or open it as a file, with rights that the client does not have. So no address reaches it.</remarks>
internal sealed class MediaIntake(ImageFetch fetch, PdfPages pdf) : IDisposable
{
    /// <summary>Room that a data URI may need for its type and parameters.</summary>
    private const int Slack = 4096;

    private static readonly (ByteRange Range, ReadOnlyMemory<byte> Replacement)[] None = [];

    /// <summary>With the network and the programs of this machine.</summary>
    public static MediaIntake OfThisMachine(TimeProvider time) => new(new ImageFetch(time), PdfPages.OfThisMachine(time));

    public void Dispose()
    {
        fetch.Dispose();
        pdf.Dispose();
    }

    /// <summary>What has to change in a chat. Costs next to nothing for one that is only text.</summary>
    /// <param name="body">A chat in OpenAI's words that has been peeked at. What is returned keeps nothing of it.</param>
    /// <param name="model">Whom it is for.</param>
    /// <param name="places">Where its images stand in what the client wrote, where the chat was written anew from that; else none.</param>
    /// <param name="cancellation">When the client has left.</param>
    /// <returns>Edits for <see cref="BodyEdits.With"/>.</returns>
    public ValueTask<Checked<(ByteRange Range, ReadOnlyMemory<byte> Replacement)[]>> PrepareAsync(
        ReadOnlySequence<byte> body, ModelSpec model, ImmutableArray<string?> places, CancellationToken cancellation)
    {
        if (!MediaScan.MayHoldMedia(body))
        {
            return new(None);
        }

        if (!MediaScan.Find(body).Holds(out var parts, out var refused))
        {
            return new(refused);
        }

        parts = parts.Count == places.Length ? [.. parts.Zip(places, (part, origin) => part with { Origin = origin })] : parts;
        var seen = parts.FindAll(part => part.Kind != MediaPartKind.Recording);
        return seen.Count > 0 && !Sees(model) ? new(new RouterError.VisionUnsupported(model.Id, seen[0].Place))
            : parts.Count == 0 || model.Engine.Lifecycle == Lifecycle.Cloud ? new(None) // a provider has its own limits, and fetches from its own network
            : seen.Count > model.Media.MaxImages ? new(TooMany(seen, model.Media.MaxImages))
            : new(new Intake(fetch, pdf, model, body, cancellation).RunAsync(parts));
    }

    /// <summary>What a model can do may not be known; one with a projector for images sees, whatever its own file says.</summary>
    private static bool Sees(ModelSpec model) => model.Capabilities.IsEmpty || model.Capabilities.Contains(Capability.Vision) || model.Values.ContainsKey("mmproj");

    private static RouterError.MediaTooLarge TooMany(List<MediaPart> parts, int most) => new(parts[most].Place,
        string.Create(CultureInfo.InvariantCulture, $"is one image or file too many: the request holds {parts.Count}, and there may be {most}"), "max_images");

    /// <summary>The images of one request, one after the other.</summary>
    private sealed class Intake(ImageFetch fetch, PdfPages pdf, ModelSpec model, ReadOnlySequence<byte> body, CancellationToken cancellation)
    {
        private readonly List<(ByteRange Range, ReadOnlyMemory<byte> Replacement)> _edits = [];
        private long _bytes;
        private int _pages;

        public async Task<Checked<(ByteRange Range, ReadOnlyMemory<byte> Replacement)[]>> RunAsync(List<MediaPart> parts)
        {
            foreach (var part in parts)
            {
                if (await OneAsync(part) is { } refused)
                {
                    return refused;
                }
            }

            return _edits.ToArray();
        }

        private async Task<RouterError?> OneAsync(MediaPart part)
        {
            var most = model.Media.MaxImageBytes.Bytes;
            if (part.Kind == MediaPartKind.Recording)
            {
                return IsDataUri(part) ? null : new RouterError.FieldInvalid(part.Place, "links to a recording, and those are not fetched; send it as a data URI.");
            }

            if (part.Value.Length > (most / 2 * 3) + Slack) // base64 takes a third more; escapes and line breaks have the rest
            {
                return TooLarge(part, most);
            }

            var buffer = ArrayPool<byte>.Shared.Rent((int)part.Value.Length);
            try
            {
                if (!TryRead(part, buffer, out var text))
                {
                    return new RouterError.FieldInvalid(part.Place, "holds an address that is not valid UTF-8 text.");
                }

                var isData = DataUri.Is(text.Span);
                Memory<byte> content;
                if (isData || part.Kind == MediaPartKind.File)
                {
                    if ((isData ? DataUri.Decode(text, out content) : DataUri.DecodeBase64(text, out content)) is { } wrong)
                    {
                        return new RouterError.FieldInvalid(part.Place, wrong);
                    }
                }
                else if ((await FetchAsync(part, Encoding.UTF8.GetString(text.Span))).Holds(out var fetched, out var refused))
                {
                    content = fetched;
                }
                else
                {
                    return refused;
                }

                return content.Length > most ? TooLarge(part, most) : await TakeAsync(part, content, isUnchanged: isData && part.Kind == MediaPartKind.Image);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        /// <param name="part">Where it was.</param>
        /// <param name="content">What it is.</param>
        /// <param name="isUnchanged">Whether it stands in the request as an engine expects it, should it be an image.</param>
        private async Task<RouterError?> TakeAsync(MediaPart part, ReadOnlyMemory<byte> content, bool isUnchanged)
        {
            if (content.IsEmpty)
            {
                return new RouterError.FieldInvalid(part.Place, "is an image or a file of 0 bytes.");
            }

            if (MediaSignature.Of(content.Span) is not { } format)
            {
                return new RouterError.FieldInvalid(part.Place, $"is not {MediaSignature.Known}.");
            }

            _bytes += content.Length;
            if (_bytes > model.Media.MaxTotalBytes.Bytes)
            {
                return new RouterError.MediaTooLarge(part.Place, string.Create(CultureInfo.InvariantCulture,
                    $"brings the images of the request to {_bytes} bytes, and there may be {model.Media.MaxTotalBytes.Bytes}"), "max_total_bytes");
            }

            if (format == MediaFormat.Pdf)
            {
                return await DrawAsync(part, content);
            }

            if (ImageSize.Of(format, content.Span) is not { } size)
            {
                return new RouterError.FieldInvalid(part.Place, $"begins as {format} image and is cut off, or is none.");
            }

            if (size.Pixels > (ulong)model.Media.MaxPixels)
            {
                return new RouterError.MediaTooLarge(part.Place, string.Create(CultureInfo.InvariantCulture,
                    $"is an image of {size.Width} x {size.Height} pixels, and there may be {model.Media.MaxPixels} in all"), "max_pixels");
            }

            if (!isUnchanged)
            {
                var uri = DataUri.JsonOf(format, content.Span);
                _edits.Add(part.Kind == MediaPartKind.Image ? (part.Value, uri) : (part.Part, Parts([uri])));
            }

            return null;
        }

        private async Task<RouterError?> DrawAsync(MediaPart part, ReadOnlyMemory<byte> content)
        {
            var bounds = new PdfPages.Bounds(model.Media.MaxPdfPages - _pages, model.Media.PdfDpi, model.Media.MaxTotalBytes.Bytes - _bytes, model.Media.MaxPixels);
            if (!(await pdf.DrawAsync(content, part.Place, bounds, cancellation)).Holds(out var pages, out var refused))
            {
                return refused;
            }

            _pages += pages.Count;
            _bytes += pages.Sum(page => (long)page.Length);
            _edits.Add((part.Part, Parts(pages.ConvertAll(page => DataUri.JsonOf(MediaFormat.Png, page)))));
            return null;
        }

        private async Task<Checked<byte[]>> FetchAsync(MediaPart part, string address) =>
            !Uri.TryCreate(address, UriKind.Absolute, out var link) || (link.Scheme != Uri.UriSchemeHttp && link.Scheme != Uri.UriSchemeHttps)
                ? new RouterError.FieldInvalid(part.Place, "is neither a data URI nor a link that begins with http:// or https://; files and other places are not read from here. Send data:image/png;base64,…")
            : !model.FetchImages
                ? new RouterError.FieldInvalid(part.Place, "is a link, and for this model links are not fetched (models.*.fetch_images). Send the image as a data URI: data:image/png;base64,…")
            : await fetch.GetAsync(link, part.Place, model.Media.MaxImageBytes.Bytes, cancellation);

        /// <summary>Copies the string, its escapes resolved: some clients write every slash of base64 as <c>\/</c>.</summary>
        private bool TryRead(in MediaPart part, byte[] buffer, out Memory<byte> text)
        {
            var json = new Utf8JsonReader(body.Slice(part.Value.Start, part.Value.Length));
            json.Read();
            try
            {
                text = buffer.AsMemory(0, json.CopyString(buffer));
                return true;
            }
            catch (InvalidOperationException)
            {
                text = default;
                return false;
            }
        }

        private bool IsDataUri(in MediaPart part)
        {
            var start = body.Slice(part.Value.Start + 1, Math.Min(part.Value.Length - 2, 5)).ToArray();
            return DataUri.Is(start);
        }

        private static RouterError.MediaTooLarge TooLarge(MediaPart part, long most) =>
            new(part.Place, string.Create(CultureInfo.InvariantCulture, $"is an image or a file of more than {most} bytes"), "max_image_bytes");

        private static byte[] Parts(List<byte[]> uris)
        {
            using var json = new MemoryStream();
            foreach (var uri in uris)
            {
                json.Write(json.Length > 0 ? ","u8 : ""u8);
                json.Write("{\"type\":\"image_url\",\"image_url\":{\"url\":"u8);
                json.Write(uri);
                json.Write("}}"u8);
            }

            return json.ToArray();
        }
    }
}
