using BenchmarkDotNet.Attributes;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.MicroBench;

/// <summary>What the decision costs when the model is resident and idle: arrive, granted, released.</summary>
public class SchedulerCost
{
    private static readonly ModelId Model = new("a");

    private readonly Scheduler _scheduler = new(new SchedulerOptions { Pools = [new PoolOptions("gpu")], Models = [new ModelOptions(Model, "gpu")] });
    private readonly List<SchedulerEffect> _effects = [];
    private InstanceId _instance;
    private long _ticket;

    [GlobalSetup]
    public void Prepare()
    {
        Arrive();
        _instance = _effects.OfType<SchedulerEffect.Start>().Single().Instance;
        _scheduler.Handle(new SchedulerEvent.InstanceReady(_instance), TimeSpan.Zero, _effects);
        _scheduler.Handle(new SchedulerEvent.Released(_ticket, _instance), TimeSpan.Zero, _effects);
    }

    [Benchmark]
    public int GrantAndRelease()
    {
        Arrive();
        _scheduler.Handle(new SchedulerEvent.Released(_ticket, _instance), TimeSpan.Zero, _effects);
        return _effects.Count == 1 ? _effects.Count : throw new InvalidOperationException("No grant: this would measure something else.");
    }

    private void Arrive()
    {
        _effects.Clear();
        _scheduler.Handle(new SchedulerEvent.Arrived(new Ticket(++_ticket, Model, Priority.Medium)), TimeSpan.Zero, _effects);
    }
}
