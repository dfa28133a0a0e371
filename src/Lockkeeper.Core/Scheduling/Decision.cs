namespace Lockkeeper.Core.Scheduling;

/// <summary>One call of <see cref="Scheduler.Handle"/>: the time, the rules of the moment, what is to be done, and when to look again.</summary>
internal sealed class Decision(SchedulerOptions options)
{
    private List<SchedulerEffect> _effects = [];

    public SchedulerOptions Options { get; set; } = options;

    public TimeSpan Now { get; private set; }

    /// <summary>The earliest time at which something changes by itself; null for never.</summary>
    public TimeSpan? Wake { get; private set; }

    /// <summary>Id of the last ticket that has arrived so far.</summary>
    public long LastArrived { get; set; }

    /// <summary>No instance is to stay, and nobody is let in: Lockkeeper closes, or a person wants the machine.</summary>
    public StopReason? AllMustGo { get; set; }

    public void Begin(TimeSpan now, List<SchedulerEffect> effects)
    {
        Now = now;
        Wake = null;
        _effects = effects;
    }

    public void Do(SchedulerEffect effect) => _effects.Add(effect);

    /// <summary>Asks to be woken then; the earliest wins. What is past needs no waking.</summary>
    public void WakeAt(TimeSpan? at)
    {
        if (at > Now && (Wake is null || at < Wake))
        {
            Wake = at;
        }
    }
}
