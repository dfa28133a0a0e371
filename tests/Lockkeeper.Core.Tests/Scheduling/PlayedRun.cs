using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

internal enum Fate
{
    Waiting,
    Granted,
    Released,
    Refused,
    Cancelled,
}

/// <summary>What has become of one request.</summary>
internal sealed class PlayedRequest(Ticket ticket, TimeSpan since)
{
    public Ticket Ticket { get; set; } = ticket;

    public TimeSpan Since { get; } = since;

    /// <summary>When it came to the queue the last time: later than <see cref="Since"/> when it was put back.</summary>
    public TimeSpan Queued { get; set; } = since;

    public Fate Fate { get; set; }

    public TimeSpan? GrantedAt { get; set; }

    public TimeSpan? EndedAt { get; set; }

    public PlayedRun? Run { get; set; }

    public int Crashes { get; set; }

    public bool HasSent { get; set; }

    public bool IsAskedBack { get; set; }

    /// <summary>Whether it was put back once, so that its wait is not one piece.</summary>
    public bool WasPutBack { get; set; }

    /// <summary>How often in a row a better one was served before it although it was overdue.</summary>
    public int PassedOver { get; set; }

    public TimeSpan Deadline(SchedulerOptions options) => Since + options.MaxWait[Ticket.Priority];
}

internal enum RunPhase
{
    Starting,
    Ready,
    Gone,
    Settled,
}

/// <summary>What has become of one run.</summary>
internal sealed class PlayedRun(InstanceId id, string pool, int slots, long? claim, TimeSpan startedAt)
{
    public InstanceId Id => id;

    public string Pool => pool;

    public int Slots => slots;

    /// <summary>What it counts for: what was expected, or more if more was measured.</summary>
    public long? Claim { get; set; } = claim;

    public bool IsAttached { get; init; }

    /// <summary>The engine it was loaded into, where that holds others too.</summary>
    public string? Engine { get; init; }

    public TimeSpan StartedAt => startedAt;

    public TimeSpan? ReadyAt { get; set; }

    public TimeSpan? StopAskedAt { get; set; }

    public TimeSpan? GoneAt { get; set; }

    public TimeSpan? SettledAt { get; set; }

    public RunPhase Phase { get; set; }

    /// <summary>The most it was measured to hold; null when it was not.</summary>
    public long? Peak { get; set; }

    /// <summary>Whether a request has ended on it.</summary>
    public bool HasServed { get; set; }

    /// <summary>Bytes it really holds now.</summary>
    public long Held { get; set; }

    /// <summary>Whether it was unloaded, or its model is not configured there any more.</summary>
    public bool IsUnwanted { get; set; }

    /// <summary>Whether its model was taken out of the configuration: a model of the same name is another one.</summary>
    public bool IsOrphan { get; set; }

    public bool Failed { get; set; }

    public TimeSpan? DrainingSince { get; set; }

    public TimeSpan? IdleSince { get; set; }

    /// <summary>What the request that ended last said of how long it may be idle.</summary>
    public TimeSpan AskedToIdle { get; set; } = TimeSpan.MaxValue;

    /// <summary>When its gate was first seen closed, and the last who had come by then.</summary>
    public (TimeSpan At, long LastArrived)? Gate { get; set; }

    public HashSet<long> InFlight { get; } = [];

    public bool Unsettled => Phase != RunPhase.Settled;

    public bool Serves => Phase == RunPhase.Ready && StopAskedAt is null;
}

/// <summary>What is true of a model, as far as the scheduler has been told.</summary>
internal sealed class PlayedModel
{
    public long? Measured { get; set; }

    public bool RanAlone { get; set; }

    public int Failures { get; private set; }

    public TimeSpan NextTry { get; private set; }

    public void Fails(TimeSpan? readyFor, TimeSpan now)
    {
        Failures = readyFor >= TimeSpan.FromMinutes(1) ? 1 : Failures + 1;
        NextTry = Failures < 3 ? TimeSpan.Zero : now + TimeSpan.FromSeconds(2 << Math.Min(Failures - 3, 6));
    }

    public void EndsWell() => (Failures, NextTry) = (0, TimeSpan.Zero);
}
