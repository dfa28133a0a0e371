using System.Buffers;

namespace Lockkeeper.Core.Wire;

/// <summary>A stage that an answer's bytes pass on their way to the client. Any split of them gives the same bytes.</summary>
internal interface IBodyStage
{
    /// <summary>The next bytes; what can be passed on of them, and of those before, is written.</summary>
    /// <exception cref="InvalidDataException">They are not what an engine should send; the message says what they are, for people.</exception>
    void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output);

    /// <summary>The answer has ended; what was held back is written.</summary>
    /// <exception cref="InvalidDataException">It had not come to its end.</exception>
    void Complete(IBufferWriter<byte> output);
}
