using System.Buffers;

namespace Lockkeeper.Core.Dialects;

/// <summary>A chat request as it was read in its client's dialect, and how that client is answered. Answers may have to repeat what the request said, so both are one thing.</summary>
/// <param name="turn">What is asked.</param>
internal abstract class ClientChat(ChatTurn turn)
{
    /// <summary>What is asked.</summary>
    public ChatTurn Turn { get; } = turn;

    /// <summary>How long the client waits; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Writes the answer as a stream.</summary>
    public abstract IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming);

    /// <summary>Writes the answer as one JSON value, when it has ended. It is not told failures: those are errors, which <see cref="Wire.ErrorBody"/> writes.</summary>
    public abstract IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming);
}
