using System.Buffers;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Two stages, one behind the other.</summary>
internal sealed class TwoStages(IBodyStage first, IBodyStage second) : IBodyStage
{
    private readonly ArrayBufferWriter<byte> _between = new();

    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        first.Pass(piece, _between);
        Hand(output);
    }

    public void Complete(IBufferWriter<byte> output)
    {
        first.Complete(_between);
        Hand(output);
        second.Complete(output);
    }

    private void Hand(IBufferWriter<byte> output)
    {
        if (_between.WrittenCount > 0)
        {
            second.Pass(_between.WrittenSpan, output);
            _between.ResetWrittenCount();
        }
    }
}
