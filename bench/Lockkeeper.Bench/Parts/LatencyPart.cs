using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>1 KB in, 1 KB out. The targets take turns within a round, so that a machine that grows slow or warm does so for all of them.</summary>
internal static class LatencyPart
{
    private const string Name = "latency, 1 KB in, 1 KB out";
    private const int ManyAtOnce = 16;
    private const int WarmUpRequests = 20_000;

    public static async Task RunAsync(TestBed bed, Options options, Report report)
    {
        var (router, through, direct) = await bed.StartLockkeeperWithUpstreamAsync();
        using var lockkeeper = router;
        var (forwarder, bare) = await TestBed.StartBaselineAsync(direct);
        using var baseline = forwarder;
        List<(string Name, Uri Address, Child? Between)> targets = [("direct", direct, null), ("baseline", bare, baseline), ("lockkeeper", through, lockkeeper)];
        var request = Requests.Chat("a");
        foreach (var (concurrency, count) in new[] { (1, options.Requests), (ManyAtOnce, options.Requests * 4) })
        {
            foreach (var (_, address, between) in targets)
            {
                WarmUp.UntilSteady(between, () => LoadRun.Run(address, request, concurrency, WarmUpRequests, bed.Time));
            }

            var rounds = targets.ToDictionary(target => target.Name, _ => new List<LoadResult>());
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var (name, address, between) in targets)
                {
                    var before = between?.ProcessorTime;
                    var result = LoadRun.Run(address, request, concurrency, count, bed.Time);
                    rounds[name].Add(result with { Processor = between?.ProcessorTime - before ?? TimeSpan.Zero });
                }
            }

            Tell(report, concurrency, rounds);
        }
    }

    private static void Tell(Report report, int concurrency, Dictionary<string, List<LoadResult>> rounds)
    {
        void Add(string what, string target, double value, string unit, string aim = "") =>
            report.Add(new Figure(Name, $"{what}, {concurrency} at a time", target, value, unit) { Aim = aim });

        foreach (var (target, results) in rounds)
        {
            var latencies = results.SelectMany(result => result.Latencies).ToList();
            Add("p50", target, Quantile.Median(latencies).TotalMilliseconds, "ms");
            Add("p99", target, Quantile.Of(latencies, 0.99).TotalMilliseconds, "ms");
            Add("requests", target, Rate(results), "/s");
        }

        foreach (var target in new[] { "baseline", "lockkeeper" })
        {
            // Round by round: both sides of each difference met the same machine.
            var added = rounds[target].Zip(rounds["direct"], (through, direct) => Quantile.Median(through.Latencies) - Quantile.Median(direct.Latencies));
            Add("processor time a request", target, Quantile.Median(rounds[target].Select(result => result.ProcessorPerRequest)).TotalMicroseconds, "µs");
            Add("p50 added", target, Quantile.Median(added).TotalMilliseconds, "ms", concurrency == 1 ? "≤ 0.1 ms" : "");
        }

        Add("requests, share of the baseline's", "lockkeeper", Rate(rounds["lockkeeper"]) / Rate(rounds["baseline"]), "", concurrency == 1 ? "" : "≥ 0.5");
    }

    private static double Rate(List<LoadResult> results) => Quantile.Median(results.Select(result => result.PerSecond));
}
