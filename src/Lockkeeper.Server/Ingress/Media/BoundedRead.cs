using System.Buffers;

namespace Lockkeeper.Server.Ingress.Media;

/// <summary>Reads what a stranger sends, and no more of it than it may be.</summary>
internal static class BoundedRead
{
    private const int Piece = 64 * 1024;

    /// <returns>All there is; null when that is more than <paramref name="most"/> bytes.</returns>
    public static async Task<byte[]?> ToEndAsync(Stream stream, long most, CancellationToken cancellation)
    {
        var all = new ArrayBufferWriter<byte>();
        int read;
        while ((read = await stream.ReadAsync(all.GetMemory(Piece), cancellation)) > 0)
        {
            all.Advance(read);
            if (all.WrittenCount > most)
            {
                return null;
            }
        }

        return all.WrittenSpan.ToArray();
    }
}
