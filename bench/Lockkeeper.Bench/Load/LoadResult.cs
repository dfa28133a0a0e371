namespace Lockkeeper.Bench.Load;

/// <summary>One round against one target.</summary>
internal sealed record LoadResult(IReadOnlyList<TimeSpan> Latencies, TimeSpan Elapsed)
{
    public double PerSecond => Latencies.Count / Elapsed.TotalSeconds;

    /// <summary>What the process between the load and the upstream took of the processors; zero where there is none.</summary>
    public TimeSpan Processor { get; init; }

    public TimeSpan ProcessorPerRequest => Processor / Latencies.Count;
}
