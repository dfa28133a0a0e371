using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Scheduling;

namespace Lockkeeper.Server.Telemetry;

/// <summary>How far a request has come.</summary>
internal enum RequestState
{
    /// <summary>Being read and understood.</summary>
    Preparing,

    /// <summary>Waiting for an instance.</summary>
    Queued,

    /// <summary>An instance has it.</summary>
    Answering,

    Ended,
}

/// <summary>How a request ended.</summary>
internal enum RequestOutcome
{
    /// <summary>The engine's whole answer, whatever its status, has been passed on.</summary>
    Answered,

    /// <summary>Turned away with an error of the router's.</summary>
    Refused,

    /// <summary>The client left, or an operator ended it.</summary>
    Cancelled,

    /// <summary>Its engine or Lockkeeper failed, its engine was stopped, or it took longer than it may.</summary>
    Failed,
}

/// <summary>What is known of one request; never what was asked or answered. Written by the request alone, read by whoever looks.</summary>
internal sealed class JournalEntry(string id, string route, DateTimeOffset arrived)
{
    public string Id { get; } = id;

    public string Route { get; } = route;

    public DateTimeOffset Arrived { get; } = arrived;

    /// <summary>The <c>X-Request-Id</c> the client sent. Noted, never used as a name here: it may come twice.</summary>
    public string? ClientRequestId { get; init; }

    public ModelId? Model { get; set; }

    public Priority? Priority { get; set; }

    /// <summary>Name of the API key it came with; empty for none.</summary>
    public string Key { get; init; } = "";

    public RequestState State { get; set; }

    /// <summary>Its latest ticket, while it waits.</summary>
    public AdmissionTicket? Ticket { get; set; }

    /// <summary>How long it waited for an instance, loading included, over all tries; null before it did.</summary>
    public TimeSpan? Queue { get; set; }

    /// <summary>The part of the wait in which its own model was starting.</summary>
    public TimeSpan Load { get; set; }

    /// <summary>From arrival to the first byte of the engine's answer.</summary>
    public TimeSpan? FirstByte { get; set; }

    /// <summary>From arrival to its end.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>From being sent to the engine to the engine's first byte.</summary>
    public TimeSpan? EngineFirstByte { get; set; }

    /// <summary>From being sent to the engine to the engine's last byte.</summary>
    public TimeSpan? EngineTime { get; set; }

    public bool Stream { get; set; }

    public int? PromptTokens { get; set; }

    public int? CompletionTokens { get; set; }

    /// <summary>Bytes of the engine's answer.</summary>
    public long Bytes { get; set; }

    /// <summary>What <c>max_tokens</c> was capped to; null when it was not.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>The run that had it last.</summary>
    public InstanceId? Instance { get; set; }

    public RequestOutcome? Outcome { get; private set; }

    public string? ErrorCode { get; private set; }

    public Blame? Blame { get; private set; }

    /// <summary>The status the client got; null while it has none.</summary>
    public int? Status { get; private set; }

    /// <param name="error">Null when the engine has answered.</param>
    /// <param name="status">The status the client got.</param>
    /// <param name="duration">From arrival until now.</param>
    public void End(RouterError? error, int status, TimeSpan duration)
    {
        Ticket = null;
        Duration = duration;
        ErrorCode = error?.Code;
        Blame = error?.Blame;
        Status = error is RouterError.ClientGone ? error.Status : status;
        Outcome = error switch
        {
            null => RequestOutcome.Answered,
            RouterError.ClientGone or RouterError.ClientStalled or RouterError.CancelledByOperator => RequestOutcome.Cancelled,
            RouterError.Internal or RouterError.MaxDurationPassed or RouterError.EngineStopped or { Blame: Core.Wire.Blame.Engine } => RequestOutcome.Failed,
            _ => RequestOutcome.Refused,
        };
        State = RequestState.Ended;
    }
}
