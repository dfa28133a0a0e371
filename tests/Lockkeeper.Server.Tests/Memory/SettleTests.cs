using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class SettleTests
{
    private const long Gibibyte = 1024 * 1024 * 1024;

    [Fact]
    public async Task Memory_is_looked_at_every_100_ms_until_it_is_back()
    {
        var time = new ManualTime();
        var memory = new Series(1, 1, 4, 9, 10);
        var settling = Settle.WaitAsync(new HeldMemory.Mark(9 * Gibibyte, Gibibyte), memory, TimeSpan.FromSeconds(25), time, CancellationToken.None);
        for (var i = 0; i < 4; i++)
        {
            await Eventually.True(() => time.Timers == 1, "waiting for the next sample");
            time.Advance(SettleRule.SampleEvery);
        }

        var (outcome, waited) = await settling;
        outcome.ShouldBe(SettleOutcome.Recovered);
        waited.TotalMilliseconds.ShouldBe(400, tolerance: 0.01);
    }

    [Fact]
    public async Task Without_figures_nothing_is_waited_for()
    {
        var settled = await Settle.WaitAsync(null, new UnknownMemoryReader(), TimeSpan.FromSeconds(25), new ManualTime(), CancellationToken.None);
        settled.Outcome.ShouldBe(SettleOutcome.Unreadable);
    }

    private sealed class Series(params long[] gibibytes) : IMemoryReader
    {
        private int _next;

        public long? Total() => 100 * Gibibyte;

        public long? Available() => gibibytes[_next++] * Gibibyte;

        public long? HeldBy(IReadOnlyList<int> pids) => throw new NotSupportedException();
    }
}
