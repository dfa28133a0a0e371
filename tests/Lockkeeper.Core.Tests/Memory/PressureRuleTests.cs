using System.Collections.Immutable;
using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

public sealed class PressureRuleTests
{
    private const long Gibibyte = 1024L * 1024 * 1024;

    [Theory]
    [InlineData(100, 0, PressureLevel.Normal)]
    [InlineData(20, 0, PressureLevel.Normal)]
    [InlineData(19, 0, PressureLevel.Moderate)]
    [InlineData(9, 0, PressureLevel.High)]
    [InlineData(4, 0, PressureLevel.Critical)]
    [InlineData(60, 75, PressureLevel.Normal)]
    [InlineData(60, 76, PressureLevel.High)]
    [InlineData(60, 91, PressureLevel.Critical)]
    [InlineData(4, 76, PressureLevel.Critical)]
    public void A_level_is_reached_by_little_memory_or_by_much_swap(long available, long swapped, object level) =>
        Next(PressureLevel.Normal, PressureThresholds.Default, available, swapped).ShouldBe((PressureLevel)level);

    [Theory]
    [InlineData(PressureLevel.Moderate, 21, 0, PressureLevel.Moderate)]
    [InlineData(PressureLevel.Moderate, 22, 0, PressureLevel.Normal)]
    [InlineData(PressureLevel.Critical, 5, 0, PressureLevel.Critical)]
    [InlineData(PressureLevel.Critical, 6, 0, PressureLevel.High)]
    [InlineData(PressureLevel.Critical, 50, 0, PressureLevel.Normal)]
    [InlineData(PressureLevel.High, 50, 71, PressureLevel.High)]
    [InlineData(PressureLevel.High, 50, 70, PressureLevel.Normal)]
    [InlineData(PressureLevel.Normal, 21, 71, PressureLevel.Normal)]
    public void A_level_is_left_only_well_beyond_where_it_begins(object before, long available, long swapped, object level) =>
        Next((PressureLevel)before, PressureThresholds.Default, available, swapped).ShouldBe((PressureLevel)level);

    [Fact]
    public void A_machine_that_breathes_around_a_threshold_changes_its_level_once()
    {
        var level = PressureLevel.Normal;
        var changes = 0;
        for (var i = 0; i < 100; i++)
        {
            var next = Next(level, PressureThresholds.Default, 19 + (i % 3), 0);
            changes += next == level ? 0 : 1;
            level = next;
        }

        (level, changes).ShouldBe((PressureLevel.Moderate, 1));
    }

    [Fact]
    public void Thresholds_may_be_bytes_and_levels_may_have_none()
    {
        var thresholds = new PressureThresholds
        {
            Moderate = new PressureThreshold(null, null),
            High = new PressureThreshold(MemoryBound.Of(30 * Gibibyte), null),
            Critical = new PressureThreshold(null, 0.5),
        };
        Next(PressureLevel.Normal, thresholds, 31, 0).ShouldBe(PressureLevel.Normal);
        Next(PressureLevel.Normal, thresholds, 29, 0).ShouldBe(PressureLevel.High);
        Next(PressureLevel.Normal, thresholds, 29, 51).ShouldBe(PressureLevel.Critical);
    }

    [Fact]
    public void What_cannot_be_read_is_no_pressure()
    {
        PressureRule.Next(PressureLevel.High, PressureThresholds.Default, null, null, null).ShouldBe(PressureLevel.Normal);
        PressureRule.Next(PressureLevel.Normal, PressureThresholds.Default, null, 1, null).ShouldBe(PressureLevel.Normal);
        PressureRule.Next(PressureLevel.Normal, PressureThresholds.Default, 100, 90, new SwapUse(0, 0)).ShouldBe(PressureLevel.Normal);
    }

    [Fact]
    public void The_cap_of_a_level_is_its_own_or_that_of_the_nearest_below()
    {
        var caps = ImmutableDictionary<PressureLevel, int>.Empty.Add(PressureLevel.Moderate, 2048).Add(PressureLevel.Critical, 256);
        PressureRule.Cap(caps, PressureLevel.Normal).ShouldBeNull();
        PressureRule.Cap(caps, PressureLevel.Moderate).ShouldBe(2048);
        PressureRule.Cap(caps, PressureLevel.High).ShouldBe(2048);
        PressureRule.Cap(caps, PressureLevel.Critical).ShouldBe(256);
        PressureRule.Cap(caps.Add(PressureLevel.Normal, 8192), PressureLevel.Normal).ShouldBe(8192);
        PressureRule.Cap(ImmutableDictionary<PressureLevel, int>.Empty, PressureLevel.Critical).ShouldBeNull();
    }

    private static PressureLevel Next(PressureLevel before, PressureThresholds thresholds, long available, long swapped) =>
        PressureRule.Next(before, thresholds, 100 * Gibibyte, available * Gibibyte, new SwapUse(100, swapped));
}
