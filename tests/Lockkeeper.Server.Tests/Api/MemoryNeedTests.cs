using System.Collections.Frozen;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Api;

public sealed class MemoryNeedTests
{
    private static readonly ModelSpec Model = new() { Id = new ModelId("a"), Engine = new EngineSpec { Name = "e", Command = ["x"] }, Pool = "gpu" };

    [Theory]
    [InlineData(null, null, null, null, null)]
    [InlineData(null, null, 30L, 30L, "estimated")]
    [InlineData(null, 20L, 30L, 20L, "configured")]
    [InlineData(10L, 20L, 30L, 10L, "measured")]
    public void What_was_measured_counts_before_what_is_configured_and_that_before_an_estimate(long? measured, long? configured, long? estimated, long? bytes, string? source)
    {
        var need = MemoryNeed.Of(Model with { Memory = configured, MemoryEstimate = estimated }, Standing(measured, capacity: 100, claimed: 0, available: 100));
        (need.Bytes, need.Source, need.FitsNow).ShouldBe((bytes, source, bytes is null ? null : true));
    }

    [Theory]
    [InlineData(100L, 0L, 49L, false)]
    [InlineData(100L, 0L, 50L, true)]
    [InlineData(100L, 51L, 100L, false)]
    [InlineData(100L, 50L, null, true)]
    [InlineData(null, 80L, 50L, true)]
    [InlineData(null, 0L, null, null)]
    public void It_fits_into_what_is_free_and_what_nobody_has_claimed(long? capacity, long claimed, long? available, bool? fits) =>
        MemoryNeed.Of(Model with { Memory = 50 }, Standing(null, capacity, claimed, available)).FitsNow.ShouldBe(fits);

    [Theory]
    [InlineData(nameof(Lifecycle.Cloud), null)]
    [InlineData(nameof(Lifecycle.Attached), 50L)]
    public void What_others_hold_for_us_fits(string lifecycle, long? bytes)
    {
        var model = Model with { Memory = 50, Engine = Model.Engine with { Lifecycle = Enum.Parse<Lifecycle>(lifecycle) } };
        var need = MemoryNeed.Of(model, Standing(null, 100, 0, 1));
        (need.Bytes, need.FitsNow).ShouldBe((bytes, true));
    }

    private static Standing Standing(long? measured, long? capacity, long claimed, long? available)
    {
        var figures = new Dictionary<ModelId, ModelFigures> { [Model.Id] = new() { Footprint = measured } }.ToFrozenDictionary();
        var scheduler = new SchedulerSnapshot(TimeSpan.Zero, [], [], [new PoolReport("gpu", PoolPolicy.Fit, capacity, claimed, available, null)], figures);
        return new Standing(scheduler, new Dictionary<InstanceId, RunSnapshot>(), new Dictionary<long, JournalEntry>(), new Dictionary<ModelId, LearnedModel>(), default);
    }
}
