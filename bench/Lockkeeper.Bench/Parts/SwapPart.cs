using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>Two models in turn, one resident at a time: drain, stop, verify, settle, start, ready, answer. The engine has nothing to load, so this is what Lockkeeper adds to any load.</summary>
internal static class SwapPart
{
    private const string Name = "swap, engines that start at once";

    public static async Task RunAsync(TestBed bed, Options options, Report report)
    {
        var (router, address) = await bed.StartLockkeeperAsync(TestBed.FakeEngineExecutable, "--port", "{port}", "--id", "{id}");
        using var lockkeeper = router;
        using var connection = new HttpConnection(address, bed.Time);
        connection.Exchange(Requests.Chat("b"));
        var swaps = new List<TimeSpan>();
        for (var i = 0; i < options.Swaps; i++)
        {
            var model = i % 2 == 0 ? "a" : "b";
            connection.Exchange(Requests.Chat(model));
            swaps.Add(bed.Time.GetElapsedTime(connection.SentAt));
            if (!connection.Text.Contains($"\"model\":\"{model}\"", StringComparison.Ordinal))
            {
                throw new IOException($"Asked for {model}, answered by another: {connection.Text}");
            }
        }

        var starts = await EngineStarts.MeasureAsync(bed, options.Swaps);
        report.Add(new Figure(Name, "request to answer, median", "lockkeeper", Quantile.Median(swaps).TotalSeconds, "s") { Aim = "≤ 0.2 s" });
        report.Add(new Figure(Name, "request to answer, worst", "lockkeeper", swaps.Max().TotalSeconds, "s"));
        report.Add(new Figure(Name, "the engine's own start, median", "lockkeeper", Quantile.Median(starts).TotalSeconds, "s"));
    }
}
