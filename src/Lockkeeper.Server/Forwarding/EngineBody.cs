using System.Buffers;
using System.Net;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>A request body on its way to an engine: the client's own bytes, with the edits the router has to make. Can be sent again after a failed try.</summary>
/// <param name="bytes">The body, or its beginning.</param>
/// <param name="edits">What changes in it.</param>
/// <param name="rest">What follows the beginning, where the body is too large for memory.</param>
internal readonly struct EngineBody(ReadOnlySequence<byte> bytes, BodyEdits edits = default, SpoolFile? rest = null)
{
    private readonly BodyEdits _edits = edits;
    private readonly SpoolFile? _rest = rest;

    /// <summary>The body before the edits, or its beginning.</summary>
    public ReadOnlySequence<byte> Bytes { get; } = bytes;

    /// <summary>The same with edits in place of those that it has.</summary>
    public EngineBody With(BodyEdits edits) => new(Bytes, edits, _rest);

    public HttpContent ToContent() => _rest is null ? new Content(Bytes, _edits) : new SpooledContent(Bytes, _rest, _edits);

    private sealed class Content(ReadOnlySequence<byte> bytes, BodyEdits edits) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            edits.AreNone && bytes.IsSingleSegment ? stream.WriteAsync(bytes.First, cancellationToken).AsTask() : WritePiecesAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length + edits.Growth;
            return true;
        }

        private async Task WritePiecesAsync(Stream stream, CancellationToken cancellation)
        {
            foreach (var piece in edits.Apply(bytes))
            {
                await stream.WriteAsync(piece, cancellation);
            }
        }
    }
}
