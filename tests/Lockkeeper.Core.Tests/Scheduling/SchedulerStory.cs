using System.Globalization;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>Tells the scheduler one thing after another; each verb answers with what it wants done, in words: <c>start A#1</c>, <c>grant 1 on A#1</c>, <c>refuse 2: queue_full</c>.</summary>
internal sealed class SchedulerStory(int maxQueue = 100, int slots = 1, Func<SchedulerOptions, SchedulerOptions>? change = null)
{
    private readonly Scheduler _scheduler = new(change is null ? Options(maxQueue, slots) : change(Options(maxQueue, slots)));
    private readonly List<SchedulerEffect> _effects = [];

    public static SchedulerOptions Options(int maxQueue, int slots) => new()
    {
        MaxQueue = maxQueue,
        Pools = [new PoolOptions("gpu")],
        Models = [.. "ABCDEFGH".Select(letter => new ModelOptions(new ModelId(letter.ToString()), "gpu") { MaxConcurrency = slots })],
    };

    public TimeSpan Now { get; set; }

    /// <summary>The effects of the last verb themselves, for what the words leave out.</summary>
    public IReadOnlyList<SchedulerEffect> LastEffects => _effects;

    public int Waiting => _scheduler.WaitingCount;

    public string State => string.Join(", ", _scheduler.Instances.Select(instance => $"{instance.Id} {instance.Phase} {instance.InFlight}"));

    public string OrderOfService => string.Join(" ", _scheduler.Look(Now).Waiting.Select(waiting => waiting.Ticket.Id));

    /// <summary>When it asked to be woken.</summary>
    public TimeSpan? Wake { get; private set; }

    public double Seconds
    {
        get => Now.TotalSeconds;
        set => Now = TimeSpan.FromSeconds(value);
    }

    public string Arrives(long id, string model, Priority priority = Priority.Medium, string key = "") =>
        Happens(new SchedulerEvent.Arrived(new Ticket(id, new ModelId(model), priority) { Key = key }));

    public string ArrivesAsking(long id, string model, TimeSpan idleTimeout) =>
        Happens(new SchedulerEvent.Arrived(new Ticket(id, new ModelId(model), Priority.Medium) { IdleTimeout = idleTimeout }));

    public string ComesBack(long id, string model, Priority priority, double since) =>
        Happens(new SchedulerEvent.Arrived(new Ticket(id, new ModelId(model), priority) { Since = TimeSpan.FromSeconds(since) }));

    public string Woken(double at)
    {
        Seconds = at;
        return Happens(new SchedulerEvent.Woken());
    }

    /// <summary>At exactly the time it asked for.</summary>
    public string Woken()
    {
        Now = Wake!.Value;
        return Happens(new SchedulerEvent.Woken());
    }

    public string Observed(long available) => Happens(new SchedulerEvent.MemoryObserved("gpu", available));

    public string Measured(string run, long bytes) => Happens(new SchedulerEvent.FootprintMeasured(Run(run), bytes));

    public string Sends(long id, string run) => Happens(new SchedulerEvent.FirstByteSent(id, Run(run)));

    public string IsPinned(string model, bool pinned = true) => Happens(new SchedulerEvent.PinAsked(new ModelId(model), pinned));

    public string Configured(SchedulerOptions options) => Happens(new SchedulerEvent.ConfigChanged(options));

    public string LacksMemory(string run) => Happens(new SchedulerEvent.StartFailed(Run(run), InstanceFailure.Of("no memory") with { OutOfMemory = true }));

    public string Leaves(long id) => Happens(new SchedulerEvent.Cancelled(id));

    public string Released(long id, string run) => Happens(new SchedulerEvent.Released(id, Run(run)));

    public string Ready(string run) => Happens(new SchedulerEvent.InstanceReady(Run(run)));

    public string FailsToStart(string run, string cause = "no such file") => Happens(new SchedulerEvent.StartFailed(Run(run), InstanceFailure.Of(cause)));

    public string Crashes(string run, string cause = "killed") => Happens(new SchedulerEvent.InstanceGone(Run(run), InstanceFailure.Of(cause)));

    public string Gone(string run) => Happens(new SchedulerEvent.InstanceGone(Run(run), Failure: null));

    public string Settled(string run) => Happens(new SchedulerEvent.MemorySettled(Run(run)));

    public string Closes() => Happens(new SchedulerEvent.Closing());

    /// <summary>A run of that model is up and idle.</summary>
    public void IsResident(string model)
    {
        Arrives(0, model);
        var run = LastEffects.OfType<SchedulerEffect.Start>().Single().Instance.ToString();
        Ready(run);
        Released(0, run);
    }

    /// <summary>The run that was told to stop is gone and its memory back.</summary>
    public string Stops(string run)
    {
        Gone(run);
        return Settled(run);
    }

    private string Happens(SchedulerEvent happened)
    {
        _effects.Clear();
        Wake = _scheduler.Handle(happened, Now, _effects);
        return string.Join(", ", _effects.Select(Words));
    }

    private static InstanceId Run(string name)
    {
        var parts = name.Split('#');
        return new InstanceId(new ModelId(parts[0]), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public static string Words(SchedulerEffect effect) => effect switch
    {
        SchedulerEffect.Grant(var id, var instance) => $"grant {id} on {instance}",
        SchedulerEffect.Refuse(var id, var error) => $"refuse {id}: {error.Code}",
        SchedulerEffect.Start(var instance) => $"start {instance}",
        SchedulerEffect.Drain(var instance) => $"drain {instance}",
        SchedulerEffect.Stop(var instance, _) => $"stop {instance}",
        SchedulerEffect.Requeue(var id, var instance) => $"requeue {id} on {instance}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
