using System.Buffers;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>A whole multipart form: its beginning in pooled memory, the rest in a temporary file, so that an hour of audio does not take room from a model.</summary>
/// <remarks>It is scanned while it comes, and read to its end before anything waits: which model it is for may stand behind the file.</remarks>
internal sealed class SpooledBody : IDisposable
{
    /// <summary>Bytes that are kept in memory.</summary>
    internal const int InMemory = 1024 * 1024;

    private const int SmallestHead = 64 * 1024;

    private readonly string _folder;
    private byte[] _head = [];
    private int _filled;
    private SpoolFile? _rest;

    private SpooledBody(string folder) => _folder = folder;

    /// <summary>What the router needs of it.</summary>
    public MultipartPeek Facts { get; private set; }

    public long Length => _filled + (_rest?.Length ?? 0);

    /// <summary>Reads a form, or refuses it: one announced larger than <paramref name="limit"/> before the first byte, another when the limit is passed or something in it is wrong.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Bytes it may have.</param>
    /// <param name="cancellation">When the client has left.</param>
    /// <param name="folder">Where that goes which does not stay in memory; null for the temporary folder.</param>
    public static async ValueTask<Checked<SpooledBody>> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation, string? folder = null)
    {
        if (request.ContentLength > limit)
        {
            return new RouterError.BodyTooLarge(limit, "server.max_body");
        }

        if (!MultipartScan.For(request.ContentType).Holds(out var scan, out var refused))
        {
            return refused;
        }

        var body = new SpooledBody(folder ?? Path.GetTempPath());
        var isWhole = false;
        try
        {
            var reader = request.BodyReader;
            for (var isLast = false; !isLast;)
            {
                var read = await reader.ReadAsync(cancellation);
                isLast = read.IsCompleted;
                refused = body.Length + read.Buffer.Length > limit ? new RouterError.BodyTooLarge(limit, "server.max_body") : Scan(scan, read.Buffer);
                refused ??= await body.TryKeepAsync(read.Buffer, isLast, cancellation);
                reader.AdvanceTo(read.Buffer.End);
                if (refused is not null)
                {
                    return refused;
                }
            }

            if (!scan.Finish().Holds(out var facts, out refused))
            {
                return refused;
            }

            body.Facts = facts;
            isWhole = true;
            return body;
        }
        finally
        {
            if (!isWhole)
            {
                body.Dispose();
            }
        }
    }

    /// <summary>What the engine will be sent; valid until disposal.</summary>
    public EngineBody With(BodyEdits edits) => new(new ReadOnlySequence<byte>(_head, 0, _filled), edits, _rest);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_head);
        (_head, _filled) = ([], 0);
        _rest?.Dispose();
        _rest = null;
    }

    private static RouterError? Scan(MultipartScan scan, in ReadOnlySequence<byte> pieces)
    {
        foreach (var piece in pieces)
        {
            if (scan.Push(piece.Span) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Whatever goes wrong here is about the file: the client's own failures are met when it is read from.</summary>
    private async ValueTask<RouterError?> TryKeepAsync(ReadOnlySequence<byte> pieces, bool isLast, CancellationToken cancellation)
    {
        try
        {
            foreach (var piece in pieces)
            {
                var inMemory = Math.Min(piece.Length, InMemory - _filled);
                Append(piece.Span[..inMemory]);
                if (inMemory < piece.Length)
                {
                    await (_rest ??= SpoolFile.CreateIn(_folder)).WriteAsync(piece[inMemory..], cancellation);
                }
            }

            await (isLast && _rest is not null ? _rest.CompleteAsync(cancellation) : Task.CompletedTask);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new RouterError.TemporaryFileFailed(failure.Message);
        }
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (_filled + piece.Length > _head.Length)
        {
            // Grows with what has come, never with what a client announces.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(Math.Max(_filled + piece.Length, 2 * _head.Length), SmallestHead, InMemory));
            _head.AsSpan(0, _filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_head);
            _head = larger;
        }

        piece.CopyTo(_head.AsSpan(_filled));
        _filled += piece.Length;
    }
}
