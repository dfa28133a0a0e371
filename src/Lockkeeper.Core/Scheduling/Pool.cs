namespace Lockkeeper.Core.Scheduling;

/// <summary>Memory that instances share: who holds it, who wants it, and whom it is being freed for.</summary>
internal sealed class Pool(PoolOptions options)
{
    public PoolOptions Options { get; set; } = options;

    /// <summary>The models configured to live here.</summary>
    public List<ScheduledModel> Models { get; } = [];

    /// <summary>Everything that holds memory: every run from its start until it has settled.</summary>
    public List<Instance> Instances { get; } = [];

    /// <summary>The models somebody waits for.</summary>
    public List<ScheduledModel> Wanted { get; } = [];

    /// <summary>Bytes last measured free; null before the first measurement.</summary>
    public long? Available { get; set; }

    /// <summary>Whom room is being made for; null when for nobody.</summary>
    public SwapPlan? Plan { get; set; }

    /// <summary>Whether the latest turn was given to a better priority although another model was overdue: the next one is the overdue one's.</summary>
    public bool Interposed { get; set; }

    /// <summary>The same for single requests, where the pool serves one at a time.</summary>
    public bool TicketInterposed { get; set; }

    /// <summary>What a footprint of so many bytes claims.</summary>
    public long WithMargin(long bytes) => (long)Math.Ceiling(bytes * Options.SafetyMargin);

    public long Claimed => Instances.Sum(instance => instance.Claim ?? 0);

    public int Running => Instances.Sum(instance => instance.Running);

    /// <summary>Instances that may hold memory at the same time.</summary>
    public int MostInstances => Options.Policy == PoolPolicy.Exclusive ? 1 : Options.MaxResident ?? int.MaxValue;

    public int WaitingCount => Wanted.Sum(model => model.Line.Count);

    public PoolReport Report => new(Options.Name, Options.Policy, Options.Capacity, Claimed, Available, Plan?.Target.Id);

    /// <summary>Those who wait for a model that has no run to serve them.</summary>
    public ForeignWaiters Foreign(Decision decision)
    {
        var foreign = default(ForeignWaiters);
        foreach (var model in Wanted)
        {
            foreign = model.NeedsStart ? foreign.With(model.Line, decision) : foreign;
        }

        return foreign;
    }

    /// <summary>A model has become resident: patience is counted from here.</summary>
    public void BeginResidency(TimeSpan now)
    {
        foreach (var model in Wanted)
        {
            model.Line.BeginResidency(now);
        }
    }
}

/// <summary>Whom room is being made for, and who has to go for that.</summary>
/// <param name="Target">The model that is started when there is room.</param>
/// <param name="Victims">Chosen at once; what they free is nobody else's.</param>
/// <param name="Interposed">Whether it goes first although another model is overdue.</param>
internal sealed record SwapPlan(ScheduledModel Target, HashSet<Instance> Victims, bool Interposed)
{
    /// <summary>Models that were stopped for it: they must not come back before it, or the swap was for nothing.</summary>
    public HashSet<ScheduledModel> Left { get; init; } = [];

    /// <summary>Whether the victims have to be gone even if there seems to be room: a start has just shown that there is not.</summary>
    public bool MustEvict { get; init; }
}
