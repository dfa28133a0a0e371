using System.Buffers;
using System.Net;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>A body that begins in memory and goes on in a file, sent with the edits in place.</summary>
internal sealed class SpooledContent(ReadOnlySequence<byte> head, SpoolFile rest, BodyEdits edits) : HttpContent
{
    private long Length => head.Length + rest.Length;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var at = 0L;
        foreach (var edit in edits.All)
        {
            await CopyAsync(stream, at, edit.Range.Start, cancellationToken);
            await stream.WriteAsync(edit.Replacement, cancellationToken);
            at = edit.Range.End;
        }

        await CopyAsync(stream, at, Length, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length + edits.Growth;
        return true;
    }

    private async Task CopyAsync(Stream stream, long from, long to, CancellationToken cancellation)
    {
        var seam = head.Length;
        if (from < Math.Min(to, seam))
        {
            foreach (var piece in head.Slice(from, Math.Min(to, seam) - from))
            {
                await stream.WriteAsync(piece, cancellation);
            }
        }

        if (to > seam)
        {
            await rest.CopyToAsync(stream, Math.Max(from, seam) - seam, to - seam, cancellation);
        }
    }
}
