using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
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
    private static readonly (ByteRange Range, ReadOnlyMemory<byte> Replacement)[] None = [];

    /// <summary>With the network and the programs of this machine.</summary>
    public static MediaIntake OfThisMachine(TimeProvider time) => new(new ImageFetch(time), PdfPages.OfThisMachine(time));

    /// <summary>Removes what an earlier process has left behind.</summary>
    public static void Sweep(TimeProvider time) => PdfFolder.Sweep(Path.GetTempPath(), time.GetUtcNow());

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

        parts = parts.Count == places.Length ? [.. parts.Zip(places, (part, origin) => part with { Place = origin ?? part.Place })] : parts;
        var seen = parts.FindAll(part => part.Kind is MediaPartKind.Image or MediaPartKind.File);
        return seen.Count > 0 && !Sees(model) ? new(new RouterError.VisionUnsupported(model.Id, seen[0].Place))
            : parts.Count == 0 || model.Engine.Lifecycle == Lifecycle.Cloud ? new(None) // a provider has its own limits, and fetches from its own network
            : seen.Count > model.Media.MaxImages ? new(TooMany(seen[model.Media.MaxImages].Place, seen.Count, model.Media.MaxImages))
            : new(new Intake(new MediaLook(fetch, pdf, model, cancellation), body).RunAsync(parts));
    }

    /// <summary>The same for a chat that its engine is not asked in OpenAI's words.</summary>
    /// <returns>The chat itself where nothing has to change.</returns>
    public async Task<Checked<ChatTurn>> PrepareAsync(ChatTurn turn, ModelSpec model, CancellationToken cancellation)
    {
        var media = TurnMedia.In(turn);
        return media is [] ? turn
            : !Sees(model) ? new RouterError.VisionUnsupported(model.Id, media[0].Place)
            : media.Length > model.Media.MaxImages ? TooMany(media[model.Media.MaxImages].Place, media.Length, model.Media.MaxImages)
            : await new TurnMedia(new MediaLook(fetch, pdf, model, cancellation)).LookAtAsync(turn);
    }

    /// <summary>What a model can do may not be known, nor whether one that does not chat reads images too; one with a projector for images sees, whatever its own file says.</summary>
    private static bool Sees(ModelSpec model) => model.Capabilities.IsEmpty || model.Type != ModelType.Chat || model.Capabilities.Contains(Capability.Vision) || model.Values.ContainsKey("mmproj");

    private static RouterError.MediaTooLarge TooMany(string place, int count, int most) => new(place,
        string.Create(CultureInfo.InvariantCulture, $"is one image or file too many: the request holds {count}, and there may be {most}"), "max_images");

    /// <summary>The images of one request, one after the other.</summary>
    private sealed class Intake(MediaLook look, ReadOnlySequence<byte> body)
    {
        private readonly List<(ByteRange Range, ReadOnlyMemory<byte> Replacement)> _edits = [];

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
            if (part.Kind == MediaPartKind.Recording)
            {
                return IsDataUri(part) ? null : new RouterError.FieldInvalid(part.Place, "links to a recording, and those are not fetched; send it as a data URI.");
            }

            if (part.Kind == MediaPartKind.Bare)
            {
                return IsDataUri(part) || IsBase64(part) ? null : new RouterError.FieldInvalid(part.Place, "holds a link, and none are fetched from there; send what it leads to, in base64.");
            }

            if (look.TooLong(part.Place, part.Value.Length) is { } tooLong)
            {
                return tooLong;
            }

            var buffer = ArrayPool<byte>.Shared.Rent((int)part.Value.Length);
            try
            {
                if (!TryRead(part, buffer, out var text))
                {
                    return new RouterError.FieldInvalid(part.Place, "holds an address that is not valid UTF-8 text.");
                }

                if (!(await look.AtAsync(part.Place, text, part.Kind)).Holds(out var seen, out var refused))
                {
                    return refused;
                }

                if (!seen.IsUnchanged)
                {
                    var isOne = part.Kind == MediaPartKind.Image && !seen.ArePages;
                    _edits.Add(isOne ? (part.Value, seen.Uris[0]) : (part.Part, Parts(seen.Uris, part.IsAlone)));
                }

                return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

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

        /// <summary>No link is that, nor the path of a file that has an ending.</summary>
        private bool IsBase64(in MediaPart part)
        {
            var json = new Utf8JsonReader(body.Slice(part.Value.Start, part.Value.Length));
            json.Read();
            var buffer = ArrayPool<byte>.Shared.Rent((int)part.Value.Length);
            try
            {
                return Base64.IsValid(buffer.AsSpan(0, json.CopyString(buffer)));
            }
            catch (InvalidOperationException)
            {
                return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        private static byte[] Parts(IReadOnlyList<byte[]> uris, bool asList)
        {
            using var json = new MemoryStream();
            json.Write(asList ? "["u8 : ""u8);
            for (var at = 0; at < uris.Count; at++)
            {
                json.Write(at > 0 ? ","u8 : ""u8);
                json.Write("{\"type\":\"image_url\",\"image_url\":{\"url\":"u8);
                json.Write(uris[at]);
                json.Write("}}"u8);
            }

            json.Write(asList ? "]"u8 : ""u8);

            return json.ToArray();
        }
    }
}
