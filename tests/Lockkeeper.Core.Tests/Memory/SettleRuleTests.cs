using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

/// <summary>Series of available memory in MiB, one sample every 100 ms, as machines were seen to give it back.</summary>
public sealed class SettleRuleTests
{
    private const long Mebibyte = 1024 * 1024;
    private const long Before = 10_000;

    [Fact]
    public void All_back_at_once_ends_at_the_first_sample() => Run(held: 1500, 11_500).ShouldBe((SettleOutcome.Recovered, 0));

    [Fact]
    public void Nine_tenths_are_enough() => Run(held: 1000, 10_899, 10_900).ShouldBe((SettleOutcome.Recovered, 1));

    [Fact]
    public void A_short_pause_between_two_steps_is_waited_out() =>
        Run(held: 1500, 10_000, 10_975, 10_976, 10_980, 11_480).ShouldBe((SettleOutcome.Recovered, 4));

    [Fact]
    public void More_than_half_and_no_more_coming_is_a_plateau() =>
        Run(held: 1500, 10_000, 10_975, 10_976, 10_980, 10_981).ShouldBe((SettleOutcome.Plateau, 4));

    [Fact]
    public void A_driver_that_begins_after_a_second_is_waited_for() =>
        Run(held: 20_000, [.. Enumerable.Repeat((long?)Before, 10), 15_000, 22_000, 28_500]).ShouldBe((SettleOutcome.Recovered, 12));

    [Fact]
    public void A_driver_that_begins_after_one_and_a_half_seconds_is_waited_for() =>
        Run(held: 20_000, [.. Enumerable.Repeat((long?)Before, 15), 16_000, 23_000, 30_000]).ShouldBe((SettleOutcome.Recovered, 17));

    [Fact]
    public void Two_thirds_at_once_then_a_pause_then_the_rest_is_waited_for_as_long_as_the_pause_is_short() =>
        Run(held: 8000, 10_000, 15_200, 15_210, 15_215, 18_000).ShouldBe((SettleOutcome.Recovered, 4));

    [Fact]
    public void On_a_noisy_machine_it_ends_when_the_memory_is_back_all_the_same()
    {
        long[] noise = [0, 180, -150, 60, -200, 120, 200, -90];
        Run(held: 4000, [.. Enumerable.Range(0, 12).Select(i => (long?)Before + noise[i % 8]), .. Enumerable.Range(0, 8).Select(i => (long?)Before + 4000 + noise[i])])
            .ShouldBe((SettleOutcome.Recovered, 12));
    }

    [Fact]
    public void On_a_noisy_machine_memory_that_never_comes_back_is_given_up_at_the_timeout()
    {
        long[] noise = [0, 180, -150, 60, -200, 120, 200, -90];
        Run(held: 4000, [.. Enumerable.Range(0, 400).Select(i => (long?)Before + noise[i % 8])]).ShouldBe((SettleOutcome.TimedOut, 250));
    }

    [Fact]
    public void Memory_that_never_comes_back_is_given_up_after_two_seconds() =>
        Run(held: 1500, [.. Enumerable.Repeat((long?)Before, 100)]).ShouldBe((SettleOutcome.Plateau, 20));

    [Fact]
    public void A_slow_rise_is_followed_to_its_end() =>
        Run(held: 20_000, [.. Enumerable.Range(0, 200).Select(i => (long?)Before + (i * 250L))]).ShouldBe((SettleOutcome.Recovered, 72));

    [Fact]
    public void A_machine_that_is_never_still_ends_at_the_timeout() =>
        Run(held: 1500, [.. Enumerable.Range(0, 400).Select(i => (long?)Before + (i % 2 * 100))]).ShouldBe((SettleOutcome.TimedOut, 250));

    [Fact]
    public void Noise_below_the_threshold_counts_as_still() =>
        Run(held: 1500, [.. Enumerable.Range(0, 400).Select(i => (long?)Before + (i % 2 * 60))]).ShouldBe((SettleOutcome.Plateau, 20));

    [Theory]
    [InlineData(255, 1_000, SettleOutcome.NotNeeded)]
    [InlineData(256, 1_000, null)]
    [InlineData(900, 100_000, SettleOutcome.NotNeeded)]
    [InlineData(1000, 100_000, null)]
    public void What_is_smaller_than_the_noise_of_the_machine_is_not_waited_for(long held, long pool, object? outcome) =>
        new SettleRule(held * Mebibyte, Before * Mebibyte, pool * Mebibyte, TimeSpan.FromSeconds(25)).Observe(TimeSpan.Zero, Before * Mebibyte).ShouldBe((SettleOutcome?)outcome);

    [Fact]
    public void What_nobody_can_read_is_not_waited_for()
    {
        new SettleRule(null, 1, 1, TimeSpan.FromSeconds(25)).Observe(TimeSpan.Zero, 1).ShouldBe(SettleOutcome.Unreadable);
        new SettleRule(long.MaxValue, null, 1, TimeSpan.FromSeconds(25)).Observe(TimeSpan.Zero, 1).ShouldBe(SettleOutcome.Unreadable);
    }

    [Fact]
    public void A_figure_that_is_missing_for_a_moment_ends_nothing_and_stills_nothing()
    {
        Run(held: 1500, 10_000, null, null, null, 11_400).ShouldBe((SettleOutcome.Recovered, 4));

        // Three that stand still in a row are wanted, not three with a gap.
        Run(held: 1500, [10_000, 10_975, 10_975, 10_975, null, 10_975, 10_975, 10_975, 10_975]).ShouldBe((SettleOutcome.Plateau, 8));
    }

    [Fact]
    public void A_figure_that_stays_away_is_waited_for_until_the_timeout() =>
        Run(held: 1500, [.. Enumerable.Repeat((long?)null, 400)]).ShouldBe((SettleOutcome.Unreadable, 250));

    private static (SettleOutcome? Outcome, int Sample) Run(long held, params long?[] available)
    {
        var rule = new SettleRule(held * Mebibyte, Before * Mebibyte, 24_000 * Mebibyte, TimeSpan.FromSeconds(25));
        for (var i = 0; i < available.Length; i++)
        {
            if (rule.Observe(SettleRule.SampleEvery * i, available[i] * Mebibyte) is { } outcome)
            {
                return (outcome, i);
            }
        }

        return (null, available.Length);
    }
}
