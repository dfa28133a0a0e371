using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Watches an answer pass: how much of it, when its first byte came, and the engine's own figures within it.</summary>
/// <param name="time">The clock.</param>
/// <param name="areNumbered">Whether the events of a stream have numbers.</param>
internal sealed class StreamTap(TimeProvider time, bool areNumbered = false)
{
    private long _began;
    private long _latest;
    private SseScanner _scanner = new() { AreNumbered = areNumbered };

    public long Bytes { get; private set; }

    /// <summary>From sending the request to the first byte of the answer's body.</summary>
    public TimeSpan? FirstByte { get; private set; }

    public int? PromptTokens => _scanner.PromptTokens;

    public int? CompletionTokens => _scanner.CompletionTokens;

    /// <summary>What the request has used, as the engine counted it; null while it has not said all of it.</summary>
    public TokenUsage? Usage => _scanner.Usage;

    /// <summary>Whether a stream of lines may be continued here by a line of ours.</summary>
    public bool AtLineBoundary => _scanner.AtLineBoundary;

    /// <summary>Whether an event stream may be continued here by an event of ours.</summary>
    public bool AtEventBoundary => _scanner.AtEventBoundary;

    /// <summary>The number that an event of ours has to have; null where events have none.</summary>
    public int? NextNumber => _scanner.Number + 1;

    /// <summary>Whether the last event of a stream has passed.</summary>
    public bool HasEnded => _scanner.HasEnded;

    /// <summary>Whether the answer has said why it ends.</summary>
    public bool IsFinished => _scanner.IsFinished;

    /// <summary>From sending the request to the latest byte of the answer; null before the first.</summary>
    public TimeSpan? LastByte => FirstByte is null ? null : time.GetElapsedTime(_began, _latest);

    /// <summary>When that was, on the clock's own scale; null before.</summary>
    public long? FirstByteAt { get; private set; }

    /// <summary>The request is about to be sent.</summary>
    public void Begin() => _began = time.GetTimestamp();

    public void Observe(ReadOnlySpan<byte> chunk)
    {
        _latest = time.GetTimestamp();
        if (FirstByteAt is null)
        {
            FirstByteAt = _latest;
            FirstByte = time.GetElapsedTime(_began, _latest);
        }

        Bytes += chunk.Length;
        _scanner.Observe(chunk);
    }
}
