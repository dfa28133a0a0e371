namespace Lockkeeper.Core.Scheduling;

/// <summary>One run as the scheduler sees it: its phase and who uses it.</summary>
internal sealed class Instance
{
    private readonly HashSet<long> _inFlight = [];
    private readonly int _slots;

    public Instance(InstanceId id, int slots)
    {
        // With no slot the run would be loaded and then hold the pool for ever without serving anybody.
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        Id = id;
        _slots = slots;
    }

    public InstanceId Id { get; }

    public InstancePhase Phase { get; private set; } = InstancePhase.Starting;

    /// <summary>Id of the last ticket that had arrived when the instance became ready. Before that no arrival is late, so every id is below it.</summary>
    public long ArrivedBeforeReady { get; private set; } = long.MaxValue;

    public bool HasFreeSlot => _inFlight.Count < _slots;

    public bool IsIdle => _inFlight.Count == 0;

    public InstanceReport Report => new(Id, Phase, _inFlight.Count);

    public void BecomeReady(long lastArrived)
    {
        Phase = InstancePhase.Ready;
        ArrivedBeforeReady = lastArrived;
    }

    public void Occupy(long ticketId) => _inFlight.Add(ticketId);

    /// <summary>A set, not a counter: a release told twice, or one of a ticket that never ran here, must not free another's slot.</summary>
    public void Release(long ticketId) => _inFlight.Remove(ticketId);

    /// <returns>Whether it did not drain already.</returns>
    public bool BeginDraining() => Enter(InstancePhase.Draining);

    public void GoOnServing() => Enter(InstancePhase.Ready);

    public void BeginStopping() => Enter(InstancePhase.Stopping);

    public void BeginSettling() => Enter(InstancePhase.Settling);

    private bool Enter(InstancePhase phase)
    {
        var isNew = Phase != phase;
        Phase = phase;
        return isNew;
    }
}
