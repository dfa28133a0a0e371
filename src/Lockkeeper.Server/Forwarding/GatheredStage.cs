using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>An answer that can only be written anew when the whole of it is there.</summary>
/// <param name="convert">Reads it, and writes what becomes of it.</param>
internal sealed class GatheredStage(GatheredStage.Convert convert) : IBodyStage
{
    /// <summary>Longer than any answer: one of two thousand embeddings of 8,192 numbers has 200 MB.</summary>
    private const int Longest = 256 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _gathered = new();

    /// <param name="answer">The engine's whole answer.</param>
    /// <param name="output">Where the client's goes.</param>
    public delegate void Convert(ReadOnlySpan<byte> answer, IBufferWriter<byte> output);

    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (_gathered.WrittenCount + (long)piece.Length > Longest)
        {
            throw new InvalidDataException($"it answered with more than {Longest / 1024 / 1024} MiB");
        }

        _gathered.Write(piece);
    }

    public void Complete(IBufferWriter<byte> output) => convert(_gathered.WrittenSpan, output);
}
