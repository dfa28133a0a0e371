using System.Buffers;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>An engine's stream that is read; whoever is told it writes the client's.</summary>
internal sealed class ReadStage(IAnswerReader reader) : IBodyStage
{
    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output) => reader.Read(piece);

    public void Complete(IBufferWriter<byte> output) => reader.Complete();
}
