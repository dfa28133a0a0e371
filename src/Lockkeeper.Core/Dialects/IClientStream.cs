namespace Lockkeeper.Core.Dialects;

/// <summary>One stream to a client, in its dialect: what it is told while it waits, the answer, and how it ends. It alone knows what has been said, so that nothing is said twice.</summary>
/// <remarks>What passes as the engine's own bytes is not told to it; it is asked only before and behind them.</remarks>
internal interface IClientStream : IClientVoice, IAnswerSink
{
    /// <summary>Whether anything of the answer (not of the waiting) has been written.</summary>
    bool HasBegun { get; }
}
