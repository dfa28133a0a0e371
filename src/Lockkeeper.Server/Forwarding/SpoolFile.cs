using System.Buffers;

namespace Lockkeeper.Server.Forwarding;

/// <summary>A temporary file without a name: nobody else finds it, and it is gone with its last handle, however this process ends.</summary>
internal sealed class SpoolFile : IDisposable
{
    private const int Piece = 128 * 1024;

    private readonly FileStream _file;

    private SpoolFile(FileStream file) => _file = file;

    /// <summary>Bytes in it.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">There is no place for it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write to.</exception>
    public static SpoolFile CreateIn(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = Piece,
            Options = FileOptions.Asynchronous | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var path = Path.Combine(folder, $"lockkeeper-{Path.GetRandomFileName()}");
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path); // the name, and not what is open
        }

        return new SpoolFile(file);
    }

    /// <exception cref="IOException">The disk is full.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        await _file.WriteAsync(piece, cancellation);
        Length += piece.Length;
    }

    /// <summary>To be called once, when all has been written.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => _file.FlushAsync(cancellation);

    /// <summary>Copies the bytes from one place to another; has no place of its own, so it can be done again.</summary>
    public async Task CopyToAsync(Stream stream, long from, long to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (from < to)
            {
                var read = await RandomAccess.ReadAsync(_file.SafeFileHandle, buffer.AsMemory(0, (int)Math.Min(buffer.Length, to - from)), from, cancellation);
                if (read == 0)
                {
                    throw new EndOfStreamException("The temporary file of a request body has become shorter.");
                }

                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
                from += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _file.Dispose();
}
