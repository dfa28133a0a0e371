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
        var (outcome, waited) = await SettleAsync(1, 1, 4, 9, 10);
        outcome.ShouldBe(SettleOutcome.Recovered);
        waited.TotalMilliseconds.ShouldBe(400, tolerance: 0.01);
    }

    [Fact]
    public async Task A_look_that_fails_is_taken_again()
    {
        var (outcome, waited) = await SettleAsync(1, null, null, 10);
        outcome.ShouldBe(SettleOutcome.Recovered);
        waited.TotalMilliseconds.ShouldBe(300, tolerance: 0.01);
    }

    [Fact]
    public async Task Without_figures_nothing_is_waited_for()
    {
        var settled = await Settle.WaitAsync(null, new UnknownMemoryReader(), TimeSpan.FromSeconds(25), new ManualTime(), CancellationToken.None);
        settled.Outcome.ShouldBe(SettleOutcome.Unreadable);
    }

    private static async Task<(SettleOutcome Outcome, TimeSpan Waited)> SettleAsync(params IReadOnlyList<long?> gibibytes)
    {
        var time = new ManualTime();
        var next = 0;
        var memory = new RecordedMemory { WholeBytes = 100 * Gibibyte, OnAvailable = () => gibibytes[next++] * Gibibyte };
        var before = new HeldMemory.Mark(new MemoryUse(9 * Gibibyte, 90 * Gibibyte), Gibibyte);
        var settling = Settle.WaitAsync(before, memory, TimeSpan.FromSeconds(25), time, CancellationToken.None);
        for (var i = 1; i < gibibytes.Count; i++)
        {
            await Eventually.True(() => time.Timers == 1, "waiting for the next sample");
            time.Advance(SettleRule.SampleEvery);
        }

        return await settling;
    }
}
