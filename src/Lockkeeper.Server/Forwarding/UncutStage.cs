using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>An answer that passes, and that has to come to its end: an engine that dies while it answers, and does not count its bytes, looks as if it had done so.</summary>
/// <param name="passed">What its bytes pass.</param>
/// <param name="framing">How its values follow each other.</param>
/// <param name="tap">Has seen it.</param>
internal sealed class UncutStage(IBodyStage passed, BodyFraming framing, StreamTap tap) : IBodyStage
{
    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output) => passed.Pass(piece, output);

    public void Complete(IBufferWriter<byte> output)
    {
        passed.Complete(output);
        if (tap.Bytes == 0)
        {
            throw new InvalidDataException("it ended its answer before the first byte");
        }

        if (framing != BodyFraming.Whole && !tap.IsFinished)
        {
            throw new InvalidDataException("it ended its stream in the middle of the answer");
        }
    }
}
