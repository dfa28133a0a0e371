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
        var memory = new Recorded(IMemoryReader.OfThisSystem());
        await using var yard = new Yard(memory);
        var instance = await yard.Ready(Yard.Model("--hold", "400"));
        await Eventually.True(() => yard.Snapshot(instance).HeldBytes >= 400 * Mebibyte, "400 MiB measured");

        await yard.Gone(instance);

        yard.Snapshot(instance).HeldBytes!.Value.ShouldBeInRange(400 * Mebibyte, 520 * Mebibyte);
        memory.Looks.ShouldBeGreaterThan(1);
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
    public void A_dead_process_leaves_the_last_figure_as_it_was()
    {
        var held = new HeldMemory(new Fixed(500, 1000), new ManualTime());
        held.Measure([1]);
        held.Measure([]);
        held.Last.ShouldBe(new HeldMemory.Mark(500, 1000));
        new HeldMemory(new UnknownMemoryReader(), new ManualTime()).Last.ShouldBeNull();
    }

    [Fact]
    public async Task While_a_model_loads_it_is_measured_four_times_a_second_and_later_every_five_seconds()
    {
        var time = new ManualTime();
        var held = new HeldMemory(new Fixed(500, 1000), time);
        var (looks, isLoading) = (0, true);
        using var over = new CancellationTokenSource();
        var watching = held.WatchAsync(() => Interlocked.Increment(ref looks) > 0 ? [1] : [], () => Volatile.Read(ref isLoading), over.Token);

        for (var quarter = 0; quarter < 40; quarter++)
        {
            await Pass(TimeSpan.FromMilliseconds(250));
        }

        Volatile.Read(ref looks).ShouldBe(40);
        Volatile.Write(ref isLoading, false);
        await Pass(TimeSpan.FromMilliseconds(250));
        await Pass(TimeSpan.FromSeconds(4.9));
        Volatile.Read(ref looks).ShouldBe(41);
        await Pass(TimeSpan.FromSeconds(0.1));
        Volatile.Read(ref looks).ShouldBe(42);

        await over.CancelAsync();
        await watching;

        async Task Pass(TimeSpan span)
        {
            await Eventually.True(() => time.Timers == 1, "it waits for the next look");
            time.Advance(span);
            await Eventually.True(() => time.Timers == 1, "it has looked");
        }
    }

    private sealed record Fixed(long Held, long Free) : IMemoryReader
    {
        public long? Total() => null;

        public long? Available() => Free;

        public long? HeldBy(IReadOnlyList<int> pids) => Held;
    }

    private sealed class Recorded(IMemoryReader real) : IMemoryReader
    {
        public int Looks { get; private set; }

        public long? Total() => real.Total();

        public long? Available()
        {
            Looks++;
            return real.Available();
        }

        public long? HeldBy(IReadOnlyList<int> pids) => real.HeldBy(pids);
    }
}
