using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class SwapWatchTests : IDisposable
{
    private static readonly InstanceId Run = new(new ModelId("m"), 7);

    private readonly ManualTime _time = new();
    private readonly RouterMetrics _metrics = new(new LiveCatalog(ModelCatalog.Of([])));
    private readonly Passed _passed = new();
    private readonly SwapWatch _watch;

    public SwapWatchTests() => _watch = new SwapWatch(_passed, _metrics, _time);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Each_phase_of_a_swap_is_timed_and_every_event_passes()
    {
        _watch.Starting(Run);
        After(3, () => _watch.Post(new SchedulerEvent.InstanceReady(Run)));
        After(100, () => _watch.Draining(Run));
        After(4, () => _watch.Stopping(Run, StopReason.Swap));
        After(2, () => _watch.Post(new SchedulerEvent.InstanceGone(Run, null)));
        After(1, () => _watch.Post(new SchedulerEvent.MemorySettled(Run)));

        _watch.PhasesOf(Run.Model).ShouldBe(new PhaseAverages(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
        _passed.Events.ShouldBe([new SchedulerEvent.InstanceReady(Run), new SchedulerEvent.InstanceGone(Run, null), new SchedulerEvent.MemorySettled(Run)]);
    }

    [Fact]
    public void A_drain_that_was_taken_back_counts_from_its_last_beginning()
    {
        _watch.Starting(Run);
        _watch.Draining(Run);
        After(50, () => _watch.Draining(Run));
        After(2, () => _watch.Stopping(Run, StopReason.Swap));
        _watch.PhasesOf(Run.Model).Drain.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_crash_is_no_stop_and_a_failed_start_is_no_load()
    {
        _watch.Starting(Run);
        After(3, () => _watch.Post(new SchedulerEvent.StartFailed(Run, InstanceFailure.Of("x"))));
        _watch.Post(new SchedulerEvent.MemorySettled(Run));
        _watch.PhasesOf(Run.Model).ShouldBe(PhaseAverages.None);
    }

    [Fact]
    public void Of_a_wait_only_the_part_in_which_the_run_was_starting_is_loading()
    {
        var before = _time.GetTimestamp();
        After(5, () => _watch.Starting(Run));
        After(2, () => { });
        var within = _time.GetTimestamp();
        After(4, () => _watch.Post(new SchedulerEvent.InstanceReady(Run)));
        After(9, () => { });

        _watch.LoadSince(Run, before).ShouldBe(TimeSpan.FromSeconds(6));
        _watch.LoadSince(Run, within).ShouldBe(TimeSpan.FromSeconds(4));
        _watch.LoadSince(Run, _time.GetTimestamp()).ShouldBe(TimeSpan.Zero);
        _watch.LoadSince(new InstanceId(Run.Model, 8), before).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Later_swaps_move_the_average()
    {
        _watch.Remember(Run.Model, PhaseAverages.None with { Load = TimeSpan.FromSeconds(10) });
        _watch.Starting(Run);
        After(20, () => _watch.Post(new SchedulerEvent.InstanceReady(Run)));
        _watch.PhasesOf(Run.Model).Load.ShouldBe(TimeSpan.FromSeconds(13));
    }

    private void After(double seconds, Action then)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        then();
    }

    private sealed class Passed : IInstanceObserver
    {
        public List<SchedulerEvent> Events { get; } = [];

        public void Post(SchedulerEvent happened) => Events.Add(happened);
    }
}
