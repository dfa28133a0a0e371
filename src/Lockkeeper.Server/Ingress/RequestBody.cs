using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>A whole request body in pooled memory. The same segments are scanned and then sent to the engine; there is no second copy.</summary>
/// <remarks>It is read to its end before anything waits: Kestrel notices that a client left only when nothing of its request is left unread.</remarks>
internal sealed class RequestBody : IDisposable
{
    private const int SmallestSegment = 16 * 1024;
    private const int LargestSegment = 1024 * 1024;

    private readonly List<byte[]> _segments = new(1);
    private int _filled;
    private long _length;

    private RequestBody()
    {
    }

    /// <summary>The body; valid until disposal.</summary>
    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>Reads the body, or refuses it: one announced larger than <paramref name="limit"/> before the first byte, another when the limit is passed.</summary>
    public static async ValueTask<Checked<RequestBody>> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return new RouterError.BodyTooLarge(limit, "server.max_body");
        }

        var body = new RequestBody();
        try
        {
            var reader = request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(cancellation);
                foreach (var piece in read.Buffer)
                {
                    body.Append(piece.Span);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (body._length > limit)
                {
                    body.Dispose();
                    return new RouterError.BodyTooLarge(limit, "server.max_body");
                }

                if (read.IsCompleted)
                {
                    body.Bytes = body.Join();
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Leaves out the mark that some editors and serialisers put before UTF-8. It is no part of JSON, and neither the scans nor all engines take it.</summary>
    public void DropByteOrderMark()
    {
        if (Bytes.FirstSpan.StartsWith(Encoding.UTF8.Preamble))
        {
            Bytes = Bytes.Slice(Encoding.UTF8.Preamble.Length);
        }
    }

    public void Dispose()
    {
        Bytes = default;
        foreach (var segment in _segments)
        {
            ArrayPool<byte>.Shared.Return(segment);
        }

        _segments.Clear();
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if (_segments.Count == 0 || _filled == _segments[^1].Length)
            {
                // Grows with what has come, never with what a client announces.
                var size = Math.Clamp(_length, SmallestSegment, LargestSegment);
                _segments.Add(ArrayPool<byte>.Shared.Rent((int)Math.Max(size, Math.Min(piece.Length, LargestSegment))));
                _filled = 0;
            }

            var room = _segments[^1].AsSpan(_filled);
            var taken = Math.Min(room.Length, piece.Length);
            piece[..taken].CopyTo(room);
            piece = piece[taken..];
            _filled += taken;
            _length += taken;
        }
    }

    private ReadOnlySequence<byte> Join()
    {
        if (_segments.Count <= 1)
        {
            return _segments.Count == 0 ? default : new ReadOnlySequence<byte>(_segments[0], 0, _filled);
        }

        var first = new Segment(_segments[0], 0);
        var last = first;
        for (var i = 1; i < _segments.Count; i++)
        {
            last = last.Append(i == _segments.Count - 1 ? _segments[i].AsMemory(0, _filled) : _segments[i]);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
