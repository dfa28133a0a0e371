namespace Lockkeeper.Core.Dialects;

/// <summary>Reads an engine's stream in its dialect and tells the answer to an <see cref="IAnswerSink"/>. Any split of the bytes gives the same telling.</summary>
internal interface IAnswerReader
{
    /// <summary>The next bytes of the stream.</summary>
    /// <exception cref="InvalidDataException">They are not what an engine of this dialect sends; the message says what they are, for people.</exception>
    void Read(ReadOnlySpan<byte> piece);

    /// <summary>The stream has ended.</summary>
    /// <exception cref="InvalidDataException">It had not come to its end.</exception>
    void Complete();
}
