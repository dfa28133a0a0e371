namespace Lockkeeper.Core.Scheduling;

/// <summary>One run as the scheduler sees it: its phase, who uses it, and what it may still serve.</summary>
internal sealed class Instance
{
    private readonly Dictionary<long, InFlight> _inFlight = [];

    /// <summary>What the request that ended last said of how long it may be idle.</summary>
    private TimeSpan _asked = TimeSpan.MaxValue;

    public Instance(InstanceId id, ScheduledModel model, long? claim, TimeSpan now)
    {
        // With no slot the run would be loaded and then hold the pool for ever without serving anybody.
        ArgumentOutOfRangeException.ThrowIfLessThan(model.Options.MaxConcurrency, 1);
        (Id, Model, Pool, Engine, Claim, StartedAt) = (id, model, model.Pool, model.Engine, claim, now);
    }

    public InstanceId Id { get; }

    public ScheduledModel Model { get; }

    /// <summary>Whose memory it holds: the model's pool when it was started.</summary>
    public Pool Pool { get; }

    /// <summary>The engine it lives in beside others: the model's when it was started; null when it has its own.</summary>
    public EngineShare? Engine { get; }

    /// <summary>Bytes of the pool it counts for, from start to settled: what was expected of it, or what it turned out to have; null while unknown.</summary>
    public long? Claim { get; private set; }

    public TimeSpan StartedAt { get; }

    public InstancePhase Phase { get; private set; } = InstancePhase.Starting;

    public TimeSpan? ReadySince { get; private set; }

    /// <summary>Before it the model is not left while it has waiters.</summary>
    public TimeSpan TurnEnds { get; private set; }

    /// <summary>After it a better priority than all of its own waiters ends the turn.</summary>
    public TimeSpan TurnMayBeCut { get; private set; }

    /// <summary>Closed when it is to be left although it has work; null while it is open.</summary>
    public Gate? Gate { get; private set; }

    /// <summary>Since when nothing runs on it; null while something does.</summary>
    public TimeSpan? IdleSince { get; private set; }

    /// <summary>How long it may be idle: as the model's options have it, or shorter if the request that ended last said so. Null for as long as nobody needs its room.</summary>
    public TimeSpan? IdleTimeout => _asked < (Model.Options.IdleTimeout ?? TimeSpan.MaxValue) ? _asked : Model.Options.IdleTimeout;

    public TimeSpan DrainingSince { get; private set; }

    /// <summary>When it was told to stop; null when it was not.</summary>
    public TimeSpan? StopAsked { get; private set; }

    /// <summary>The most it was measured to hold so far; null before the first measurement.</summary>
    public long? Peak { get; private set; }

    /// <summary>Whether a request has ended on it: only then its peak is what the model really needs.</summary>
    public bool HasServed { get; private set; }

    /// <summary>Somebody asked for it to go: nobody is let in any more.</summary>
    public bool MustGo { get; set; }

    public bool HasFreeSlot => _inFlight.Count < Model.Options.MaxConcurrency;

    public bool IsIdle => _inFlight.Count == 0;

    public int Running => _inFlight.Count;

    public IReadOnlyCollection<InFlight> Requests => _inFlight.Values;

    /// <summary>Whether it serves, if not everybody.</summary>
    public bool Serves => Phase is InstancePhase.Ready or InstancePhase.Draining;

    /// <summary>Whether its end has begun; its memory comes back by itself.</summary>
    public bool IsGoing => Phase is InstancePhase.Stopping or InstancePhase.Settling;

    public InstanceReport Report => new(Id, Phase, _inFlight.Count)
    {
        Pool = Pool.Options.Name,
        Claim = Claim,
        GateClosed = Gate is not null || MustGo,
        ReadySince = ReadySince,
        TurnEnds = ReadySince is null ? null : TurnEnds,
        IdleSince = IdleSince,
        IdleTimeout = IdleTimeout,
        Pinned = Model.IsPinned,
    };

    public bool Admits(Ticket ticket, Priority? bestForeign, TimeSpan now) => !MustGo && (Gate is null || Gate.Admits(ticket, bestForeign, now));

    public void BecomeReady(Turn turn, TimeSpan now)
    {
        Phase = InstancePhase.Ready;
        ReadySince = now;
        IdleSince = now;
        (TurnMayBeCut, TurnEnds) = (now + turn.Least, now + turn.Whole);
        if (Peak is { } bytes)
        {
            Measured(bytes);
        }
    }

    public void Occupy(Ticket ticket, TimeSpan now)
    {
        _inFlight.Add(ticket.Id, new InFlight(ticket, now));
        Phase = InstancePhase.Ready; // one that drained has work again
        IdleSince = null;
    }

    /// <summary>By id: a release told twice, or one of a ticket that never ran here, must not free another's slot.</summary>
    public InFlight? Release(long ticketId, TimeSpan now)
    {
        _inFlight.Remove(ticketId, out var released);
        HasServed |= released is { Ticket.OnlyLoads: false };
        _asked = released is null ? _asked : released.Ticket.IdleTimeout;
        if (_inFlight.Count == 0)
        {
            IdleSince ??= now;
        }

        return released;
    }

    public InFlight? Find(long ticketId) => _inFlight.GetValueOrDefault(ticketId);

    /// <summary>
    /// It was seen to have so much at its peak. That counts here, even if less was expected. Of its model it tells, until a request has ended on it, only that it needs at least so much: a
    /// start that dies after a megabyte says nothing about the rest.
    /// </summary>
    public void Measured(long bytes)
    {
        Peak = bytes;
        var known = Model.Figures.Footprint ?? Model.Options.Memory;
        if (HasServed || bytes > known || (known is null && ReadySince is not null))
        {
            Model.LearnFootprint(bytes);
        }

        if (ReadySince is not null || Claim is not null)
        {
            Claim = Math.Max(Claim ?? 0, Pool.WithMargin(bytes));
        }
    }

    public void CloseGate(Gate gate) => Gate ??= gate;

    public void OpenGate() => Gate = null;

    /// <returns>Whether it did not drain already.</returns>
    public bool BeginDraining(TimeSpan now)
    {
        if (Phase == InstancePhase.Draining)
        {
            return false;
        }

        (Phase, DrainingSince) = (InstancePhase.Draining, now);
        return true;
    }

    public void GoOnServing() => Phase = InstancePhase.Ready;

    public void BeginStopping(TimeSpan now) => (Phase, StopAsked) = (InstancePhase.Stopping, now);

    public void BeginSettling() => Phase = InstancePhase.Settling;
}

/// <summary>One request that runs.</summary>
internal sealed class InFlight(Ticket ticket, TimeSpan granted)
{
    public Ticket Ticket => ticket;

    public TimeSpan Granted => granted;

    /// <summary>Whether its client has been sent something, so that it cannot be put back.</summary>
    public bool HasSent { get; set; }

    /// <summary>Whether it was asked to come back.</summary>
    public bool IsRequeued { get; set; }
}
