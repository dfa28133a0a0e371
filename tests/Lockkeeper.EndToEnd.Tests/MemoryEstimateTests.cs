using System.Text.Json;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What is foretold of a model's memory, beside what its engine is then measured to have.</summary>
public sealed class MemoryEstimateTests
{
    private const double Mebibyte = 1024 * 1024;
    private const int LongContext = 131_072;

    /// <summary>
    /// The demo model is a megabyte, so nearly all that is measured at its own context is the engine's program, which the estimate takes to be 128 MiB and which differs with runtime,
    /// libraries and number of cores. That is why the tolerance is absolute, and as large.
    /// </summary>
    private const double Program = 128;

    /// <summary>The cache is exact, the compute buffer is not: it too grows with the context where attention is not computed in flashes.</summary>
    private const double CacheTolerance = 0.25;

    [Fact]
    public async Task A_demo_model_has_about_as_much_as_was_foretold()
    {
        var facts = Facts();
        await using var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            pools: { p: { policy: fit } }
            engines: { builtin: { preset: builtin } }
            models:
              own: { engine: builtin, path: '{{Repository.DemoGuide}}' }
              long: { engine: builtin, path: '{{Repository.DemoGuide}}', context_length: {{LongContext}} }
            """);
        var own = await FootprintAsync(lockkeeper, "own");
        var large = await FootprintAsync(lockkeeper, "long");
        var (foretold, foretoldLong) = (MemoryEstimate.Of(facts), MemoryEstimate.Of(facts, LongContext));

        (own / Mebibyte).ShouldBe(foretold.Total / Mebibyte, Program, $"measured {own} bytes, foretold {foretold}");
        var more = (foretoldLong.Cache - foretold.Cache) / Mebibyte;
        ((large - own) / Mebibyte).ShouldBe(more, more * CacheTolerance, $"measured {own} and {large} bytes, foretold {foretold} and {foretoldLong}");
    }

    /// <summary>It is measured when the model is loaded, which may be a moment after it has answered; an earlier figure is of one that is half loaded.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private static ModelFacts Facts()
    {
        var file = File.ReadAllBytes(Repository.DemoGuide);
        return GgufFacts.Of([GgufHeader.Read(file).Header.ShouldNotBeNull()], null, file.Length);
    }

    private static async Task<long> FootprintAsync(LockkeeperProcess lockkeeper, string model)
    {
        await lockkeeper.AnswerAsync(model);
        var (footprint, since) = (0L, TimeProvider.System.GetTimestamp());
        await Eventually.True(
            async () =>
            {
                var instances = (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").EnumerateArray();
                var measured = instances.First(instance => instance.GetProperty("model").GetString() == model).GetProperty("footprint");
                var before = footprint;
                footprint = measured.ValueKind == JsonValueKind.Number ? measured.GetInt64() : 0;
                since = footprint == before ? since : TimeProvider.System.GetTimestamp();
                return footprint > 0 && TimeProvider.System.GetElapsedTime(since) > Settled;
            },
            $"the footprint of {model} is measured");
        return footprint;
    }
}
