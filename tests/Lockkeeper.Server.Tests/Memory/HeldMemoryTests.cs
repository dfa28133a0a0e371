using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Tests.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class HeldMemoryTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public async Task What_an_engine_holds_is_measured_and_its_return_is_waited_for()
    {
        var real = IMemoryReader.OfThisSystem();
        var memory = new RecordedMemory { WholeBytes = real.Total(), OnAvailable = real.Available, OnUse = real.UseOf };
        await using var yard = new Yard(memory);
        var instance = await yard.Ready(Yard.Model("--hold", "400"));
        await Eventually.True(() => yard.Snapshot(instance).HeldBytes >= 400 * Mebibyte, "400 MiB measured");

        await yard.Gone(instance);

        var snapshot = yard.Snapshot(instance);
        snapshot.HeldBytes!.Value.ShouldBeInRange(400 * Mebibyte, 520 * Mebibyte);
        snapshot.FootprintBytes!.Value.ShouldBeGreaterThan(snapshot.HeldBytes.Value, "its program is mapped from files");
        yard.Witness.Events.OfType<SchedulerEvent.FootprintMeasured>().Last().Bytes.ShouldBeInRange(400 * Mebibyte, 520 * Mebibyte);
        memory.Looks.ShouldBeGreaterThan(1);
        yard.Settled.ShouldHaveSingleItem().ShouldBeOneOf(SettleOutcome.Recovered, SettleOutcome.Plateau);
    }

    [Fact]
    public async Task What_a_dead_engine_held_is_back_at_once()
    {
        // Others use this machine too, and may take as much in that moment; hardly five times.
        for (var tries = 0; tries < 5; tries++)
        {
            await using var yard = new Yard(IMemoryReader.OfThisSystem());
            var instance = await yard.Ready(Yard.Model("--hold", "300"));
            await Eventually.True(() => yard.Snapshot(instance).HeldBytes >= 300 * Mebibyte, "300 MiB measured");
            yard.Instances.Stop(instance, StopReason.Swap);
            await yard.Witness.Saw<SchedulerEvent.InstanceGone>();
            var gone = TimeProvider.System.GetTimestamp();
            await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
            if (yard.Settled.Single() == SettleOutcome.Recovered && TimeProvider.System.GetElapsedTime(gone) < TimeSpan.FromSeconds(1.5))
            {
                return;
            }
        }

        throw new ShouldAssertException("five times it was not; a kernel that keeps freed pages aside, uncounted, looks like this");
    }

    [Fact]
    public async Task A_crashed_engine_is_known_by_what_it_held_while_it_lived()
    {
        await using var yard = new Yard(IMemoryReader.OfThisSystem());
        var instance = await yard.Ready(Yard.Model("--hold", "300"));
        await Eventually.True(() => yard.Snapshot(instance).HeldBytes >= 300 * Mebibyte, "300 MiB measured");
        using (var process = System.Diagnostics.Process.GetProcessById(await yard.Pid(instance)))
        {
            process.Kill();
        }

        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        yard.Snapshot(instance).HeldBytes!.Value.ShouldBeGreaterThan(300 * Mebibyte);
    }

    [Fact]
    public async Task An_engine_that_dies_at_once_has_been_measured_too()
    {
        await using var yard = new Yard(IMemoryReader.OfThisSystem());
        var instance = yard.Start(Yard.Of("sh", "-c", "exit 3"));
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
        yard.Snapshot(instance).HeldBytes.ShouldNotBeNull();
    }

    [Fact]
    public void A_dead_process_leaves_the_last_figure_as_it_was()
    {
        var held = new HeldMemory(Fixed(500, 700, 1000), new ManualTime());
        held.Measure([1]);
        held.Measure([]);
        held.Last.ShouldBe(new HeldMemory.Mark(new MemoryUse(500, 700), 1000));
        held.Last!.Held.ShouldBe(500);
        new HeldMemory(new UnknownMemoryReader(), new ManualTime()).Last.ShouldBeNull();
    }

    [Fact]
    public void The_peak_keeps_each_figure_at_its_worst()
    {
        var memory = Fixed(500, 700, 1000);
        var held = new HeldMemory(memory, new ManualTime());
        held.Measure([1]);
        (memory.OnUse, memory.OnAvailable) = (_ => new MemoryUse(400, 900), () => 2000);
        held.Measure([1]);
        held.Last.ShouldBe(new HeldMemory.Mark(new MemoryUse(400, 900), 2000));
        held.Peak.ShouldBe(new HeldMemory.Mark(new MemoryUse(500, 900), 1000));
    }

    [Fact]
    public void A_footprint_is_told_when_it_has_grown_by_a_hundredth_or_by_16_MiB()
    {
        List<long> told = [];
        var memory = Fixed(0, 0, 1000);
        var held = new HeldMemory(memory, new ManualTime(), told.Add);
        foreach (var mebibytes in (long[])[0, 100, 100, 90, 101, 1000, 1009, 1010, 10_000, 10_015, 10_016, 10_017])
        {
            memory.OnUse = _ => new MemoryUse(0, mebibytes * Mebibyte);
            held.Measure([1]);
        }

        told.ShouldBe([100 * Mebibyte, 101 * Mebibyte, 1000 * Mebibyte, 1010 * Mebibyte, 10_000 * Mebibyte, 10_016 * Mebibyte]);
    }

    [Fact]
    public void What_cannot_be_read_just_now_leaves_the_last_figure_as_it_was()
    {
        var memory = Fixed(500, 700, 1000);
        var held = new HeldMemory(memory, new ManualTime());
        held.TryMeasure(() => [1]);
        memory.OnUse = _ => throw new IOException("Too many open files");
        held.TryMeasure(() => [1]);
        held.TryMeasure(() => throw new IOException("Too many open files"));
        held.Last!.Held.ShouldBe(500);
    }

    [Fact]
    public async Task While_a_model_loads_it_is_measured_often_then_when_it_is_ready_and_later_every_five_seconds()
    {
        var time = new ManualTime();
        var held = new HeldMemory(Fixed(500, 700, 1000), time);
        var looks = 0;
        var loaded = new TaskCompletionSource();
        using var over = new CancellationTokenSource();
        var watching = held.WatchAsync(() => Interlocked.Increment(ref looks) > 0 ? [1] : [], loaded.Task, over.Token);
        Volatile.Read(ref looks).ShouldBe(1, "one at once");

        // A look is due after 10, 30, 70, 150, 310 ms, and from there on every 250.
        foreach (var pause in (int[])[10, 20, 40, 80, 160, 250, 250, 250])
        {
            await Pass(TimeSpan.FromMilliseconds(pause - 1), looksMore: 0);
            await Pass(TimeSpan.FromMilliseconds(1), looksMore: 1);
        }

        var before = Volatile.Read(ref looks);
        loaded.SetResult();
        await Eventually.True(() => Volatile.Read(ref looks) == before + 1 && time.Timers == 1, "one when it is ready");
        await Pass(TimeSpan.FromSeconds(4.9), looksMore: 0);
        await Pass(TimeSpan.FromSeconds(0.1), looksMore: 1);
        await Pass(TimeSpan.FromSeconds(4.9), looksMore: 0);

        await over.CancelAsync();
        await watching;

        async Task Pass(TimeSpan span, int looksMore)
        {
            await Eventually.True(() => time.Timers == 1, "it waits for the next look");
            var expected = Volatile.Read(ref looks) + looksMore;
            time.Advance(span);
            await Eventually.True(() => time.Timers == 1 && Volatile.Read(ref looks) == expected, $"{expected} looks after {span}");
        }
    }

    private static RecordedMemory Fixed(long held, long footprint, long free) => new() { OnAvailable = () => free, OnUse = _ => new MemoryUse(held, footprint) };
}
