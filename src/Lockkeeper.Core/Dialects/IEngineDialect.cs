using System.Buffers;

namespace Lockkeeper.Core.Dialects;

/// <summary>How an engine is asked for a chat, and how its answers are read, in a dialect that it speaks.</summary>
internal interface IEngineDialect
{
    /// <summary>Where chats are asked for, as in <c>/v1/chat/completions</c>.</summary>
    string ChatPath { get; }

    /// <summary>Writes the request body. Counts of tokens are always asked for.</summary>
    void WriteRequest(ChatTurn turn, IBufferWriter<byte> output);

    /// <summary>Reads a stream, whose content type is this dialect's.</summary>
    IAnswerReader ReadStream(IAnswerSink sink);

    /// <summary>Reads a whole answer, of status 2xx, and tells it.</summary>
    /// <exception cref="InvalidDataException">It is no answer of this dialect; the message says what it is, for people.</exception>
    void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink);
}
