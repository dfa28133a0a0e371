using System.Buffers;
using Lockkeeper.Core.Dialects.Responses;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>An engine's own response stream that goes on where the client's has begun, under the id and the numbers the client knows.</summary>
/// <param name="told">What the client has been told.</param>
internal sealed class ResumedStage(ResponsesStream told) : IBodyStage
{
    private ResponsesContinuation? _continuation;

    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output) => (_continuation ??= new ResponsesContinuation(told, output)).Read(piece);

    public void Complete(IBufferWriter<byte> output)
    {
        if (_continuation is not { HasEnded: true })
        {
            throw new InvalidDataException("it ended its stream before the response was complete");
        }
    }
}
