using System.Buffers;

namespace Lockkeeper.Core.Wire;

/// <summary>Changes an answer's bytes on their way from the engine to the client, whatever pieces they come in: any split gives the same bytes.</summary>
internal interface IBodyStage
{
    /// <summary>The next bytes. What the client gets of them is written at once; a stage keeps back no more than it must to decide.</summary>
    /// <exception cref="InvalidDataException">They are not what an engine should send; the message says what they are, for people.</exception>
    void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output);

    /// <summary>There are no more: writes what was kept back.</summary>
    /// <exception cref="InvalidDataException">The answer had not come to its end.</exception>
    void Complete(IBufferWriter<byte> output);
}
