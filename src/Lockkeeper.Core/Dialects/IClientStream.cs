using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>One stream to a client, in its dialect: what it is told while it waits, the answer, and how it ends. It alone knows what has been said, so that nothing is said twice.</summary>
/// <remarks>It writes into a buffer that it was given and sends nothing. What passes as the engine's own bytes is not told to it; it is asked only before and behind them.</remarks>
internal interface IClientStream : IAnswerSink
{
    string ContentType { get; }

    /// <summary>Whether anything of the answer (not of the waiting) has been written.</summary>
    bool HasBegun { get; }

    /// <summary>The client has waited for a while: tells it that it is not forgotten, in the way its dialect allows.</summary>
    /// <param name="status">What is being waited for: a short line.</param>
    void Waiting(string status);

    /// <summary>Ends the stream with an error, in the way its dialect allows.</summary>
    void Error(ErrorText error);

    /// <summary>Something to say of the request behind the end of its answer; dialects without comments leave it out.</summary>
    void Remark(string text);
}
