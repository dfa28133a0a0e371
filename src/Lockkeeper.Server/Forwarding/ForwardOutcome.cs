using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Server.Forwarding;

/// <summary>How a forwarded request ended.</summary>
internal enum ForwardEnd
{
    /// <summary>The engine's whole answer, whatever its status, has been passed on.</summary>
    Answered,

    /// <summary>The client hung up, or somebody or a limit has ended the request; the engine's connection is closed.</summary>
    Aborted,

    /// <summary>The client stopped reading while others waited, and was cut off.</summary>
    ClientStalled,

    /// <summary>No connection to the engine, or the engine has the model no more and said so: nothing was done about the request, which may be tried again.</summary>
    Unreached,

    /// <summary>The engine cut the connection, or broke HTTP, before or within its answer.</summary>
    Broken,

    /// <summary>A more urgent request needed the slot, and nothing of this answer had been sent: it may be tried again.</summary>
    Recalled,

    /// <summary>The engine sent nothing for longer than it may.</summary>
    Silent,

    /// <summary>The engine answered with an error, which is to be said in the client's dialect.</summary>
    Refused,
}

/// <summary>The end of a forwarded request and, for the bad ones, what was seen.</summary>
internal readonly record struct ForwardOutcome(ForwardEnd End, string? Detail = null)
{
    /// <summary>What the engine said; null but for <see cref="ForwardEnd.Refused"/>.</summary>
    public AnswerFailure? Said { get; init; }

    /// <summary>When it said that trying again makes sense; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static implicit operator ForwardOutcome(ForwardEnd end) => new(end);
}
