using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Tests.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class MemoryWatchTests
{
    private readonly ManualTime _time = new();
    private readonly Witness _witness = new();
    private readonly RecordedMemory _memory = new() { OnAvailable = () => 5000 };

    [Fact]
    public async Task While_it_matters_every_pool_is_told_every_second()
    {
        var isNeeded = true;
        await using var watch = Watch(() => isNeeded, "gpu", "cpu");
        _witness.Events.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromSeconds(0.9));
        _witness.Events.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        _witness.Events.ShouldBe([new SchedulerEvent.MemoryObserved("gpu", 5000), new SchedulerEvent.MemoryObserved("cpu", 5000)]);
        _time.Advance(TimeSpan.FromSeconds(3));
        _witness.Events.Count.ShouldBe(8);

        isNeeded = false;
        _time.Advance(TimeSpan.FromSeconds(10));
        _witness.Events.Count.ShouldBe(8);
        _memory.Looks.ShouldBe(4, "nor is the memory looked at");
        isNeeded = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        _witness.Events.Count.ShouldBe(10);
    }

    [Fact]
    public async Task It_looks_at_once_when_asked_to()
    {
        await using var watch = Watch(() => false, "gpu");
        watch.Observe();
        _witness.Events.ShouldBe([new SchedulerEvent.MemoryObserved("gpu", 5000)]);
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_told_and_ends_nothing()
    {
        await using var watch = Watch(() => true, "gpu");
        _memory.OnAvailable = () => null;
        _time.Advance(TimeSpan.FromSeconds(1));
        _memory.OnAvailable = () => throw new IOException("Too many open files");
        _time.Advance(TimeSpan.FromSeconds(1));
        watch.Observe();
        _witness.Events.ShouldBeEmpty();
        _memory.OnAvailable = () => 1;
        _time.Advance(TimeSpan.FromSeconds(1));
        _witness.Events.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Once_disposed_it_is_silent()
    {
        var watch = Watch(() => true, "gpu");
        await watch.DisposeAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        _witness.Events.ShouldBeEmpty();
        _time.Timers.ShouldBe(0);
    }

    [Fact]
    public async Task The_memory_is_looked_at_once_more_before_a_run_counts_as_settled()
    {
        await using var watch = Watch(() => false, "gpu");
        await using var yard = new Yard(_memory, watch);
        var instance = yard.Start(Yard.Model("--exit-at-start", "3"));
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        yard.Snapshot(instance).HeldBytes.ShouldBeNull("the recorded memory knows of no process");
        _witness.Events.ShouldBe([new SchedulerEvent.MemoryObserved("gpu", 5000)]);
    }

    private MemoryWatch Watch(Func<bool> isNeeded, params string[] pools) => new(() => pools, _memory, _witness, isNeeded, _time);
}
