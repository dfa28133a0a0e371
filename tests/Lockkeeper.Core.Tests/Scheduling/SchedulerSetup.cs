using System.Collections.Frozen;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>A machine to play on. Each bit of the pick turns one thing on, so a counter-example shrinks towards the plain one: one exclusive pool, and another for the rest.</summary>
/// <param name="Pick">The bits.</param>
internal sealed record SchedulerSetup(int Pick)
{
    public const int Variety = 1 << 15;

    /// <summary>Bytes of memory in each pool.</summary>
    public const long Memory = 100;

    /// <summary>How many things a new configuration can change.</summary>
    public const int Changes = 6;

    public static readonly ModelId D = new("D");

    public IEnumerable<SchedulerSetup> Plainer => Enumerable.Range(0, 15).Where(Has).Select(bit => new SchedulerSetup(Pick & ~(1 << bit)));

    public override string ToString() => $"Setup {Pick:b}";

    /// <summary>What an engine really takes.</summary>
    public long FootprintOf(ModelId model) => model.Value switch
    {
        "A" => 30,
        "B" => 40,
        "C" => 60,
        "D" => 25,
        "E" => Has(10) ? 150 : 50,
        _ => 5,
    };

    /// <param name="changed">What new configurations have changed so far, one bit each.</param>
    public SchedulerOptions Options(int changed)
    {
        var hasD = (changed & 1) == 0;
        var dMoved = (changed & 2) != 0;
        List<ModelOptions> models =
        [
            new(new ModelId("A"), "gpu") { Memory = 30, Engine = Shared, Pinned = (changed & 16) != 0 },
            new(new ModelId("B"), "gpu") { Memory = 40, Engine = Shared, MaxConcurrency = 2 },
            new(new ModelId("C"), "gpu") { Memory = Has(7) ? null : 60, MaxConcurrency = 3 },
            new(new ModelId("E"), "side") { Memory = FootprintOf(new ModelId("E")), IdleTimeout = Has(12) ? TimeSpan.FromSeconds(30) : null },
        ];
        if (hasD)
        {
            models.Add(new(D, dMoved ? "side" : "gpu") { Memory = 25, Engine = dMoved ? null : Shared, IdleTimeout = TimeSpan.FromSeconds(20) });
        }

        if (Has(4) && Has(11))
        {
            models.Add(new(new ModelId("F"), "side") { Attached = true, MaxConcurrency = 2 });
        }

        return new SchedulerOptions
        {
            Pools = [Gpu((changed & 8) != 0), Side],
            Models = [.. models],
            EngineLimits = Has(13) ? new Dictionary<string, int> { ["shared"] = Has(14) ? 2 : 1 }.ToFrozenDictionary() : FrozenDictionary<string, int>.Empty,
            MaxQueue = (changed & 4) != 0 ? 2 : 2 + (Pick % 9),
            Preempt = Has(5),
            QueueTimeout = Has(6) ? ByPriority<TimeSpan?>.Of(priority => TimeSpan.FromSeconds(priority == Priority.Background ? 600 : 60)) : ByPriority<TimeSpan?>.All(null),
            MaxWait = Has(9) || (changed & 32) != 0
                ? ByPriority<TimeSpan>.Of(priority => TimeSpan.FromSeconds((int)priority * (int)priority * 2))
                : SchedulerOptions.DefaultMaxWait,
            KeyWeights = Has(8) ? new Dictionary<string, double> { ["x"] = 3 }.ToFrozenDictionary() : FrozenDictionary<string, double>.Empty,
        };
    }

    /// <summary>The engine that A, B and D are loaded into, one or two of them at a time.</summary>
    private string? Shared => Has(13) ? "shared" : null;

    private PoolOptions Gpu(bool small) => Has(0)
        ? new PoolOptions("gpu") { Policy = PoolPolicy.Fit, Capacity = small ? 70 : Memory, DrainTimeout = Drain, MaxResident = Has(2) ? 2 : null, Serialize = Has(3) }
        : new PoolOptions("gpu") { DrainTimeout = Drain, Serialize = Has(3) };

    private PoolOptions Side => Has(4) ? new PoolOptions("side") { Policy = PoolPolicy.Fit, Capacity = Memory } : new PoolOptions("side");

    private TimeSpan? Drain => Has(1) ? TimeSpan.FromSeconds(15) : null;

    private bool Has(int bit) => ((Pick >> bit) & 1) == 1;
}
