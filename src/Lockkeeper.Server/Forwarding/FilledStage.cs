using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>An answer that is read has to hold something: of one that holds nothing, its reader could only say that it is nothing it knows.</summary>
/// <param name="read">What its bytes pass.</param>
/// <param name="described">What is known of it all the same: its status, and its content type.</param>
internal sealed class FilledStage(IBodyStage read, string described) : IBodyStage
{
    private bool _isFilled;

    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        _isFilled = _isFilled || piece.ContainsAnyExcept(" \t\r\n"u8);
        read.Pass(piece, output);
    }

    public void Complete(IBufferWriter<byte> output)
    {
        if (!_isFilled)
        {
            throw new InvalidDataException($"its answer is empty ({described})");
        }

        read.Complete(output);
    }
}
