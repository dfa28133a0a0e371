using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>Resident memory of the router alone: idle, then after each of three floods of small requests and of large ones. Flat means that the third leaves no more than the second.</summary>
internal static class MemoryPart
{
    private const string Name = "resident memory of the router";
    private const int Floods = 3;
    private const int Connections = 16;
    private const int LargeBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TestBed bed, Options options, Report report)
    {
        var (router, address) = await bed.StartLockkeeperAsync(TestBed.Self, "upstream", "--port", "{port}");
        using var lockkeeper = router;
        report.Add(new Figure(Name, "idle, after the start", "lockkeeper", lockkeeper.ResidentMebibytes, "MiB") { Aim = "≤ 90 MiB" });
        await Task.Delay(Rest, bed.Time);
        report.Add(new Figure(Name, "idle, 10 s later", "lockkeeper", lockkeeper.ResidentMebibytes, "MiB") { Aim = "≤ 90 MiB" });
        await FloodsAsync(lockkeeper, address, report, "1 KB", Requests.Chat("a"), options.Requests * 10, bed.Time);
        await FloodsAsync(lockkeeper, address, report, "4 MB", Requests.Chat("a", LargeBytes), options.Requests / 20, bed.Time);
    }

    private static async Task FloodsAsync(Child lockkeeper, Uri address, Report report, string size, byte[] request, int count, TimeProvider time)
    {
        var left = new List<double>();
        for (var flood = 1; flood <= Floods; flood++)
        {
            var peak = await FloodAsync(lockkeeper, address, request, count, time);
            left.Add(lockkeeper.ResidentMebibytes);
            report.Add(new Figure(Name, $"flood {flood}, {count} requests of {size}: peak", "lockkeeper", peak, "MiB"));
            report.Add(new Figure(Name, $"flood {flood}, {count} requests of {size}: after it", "lockkeeper", left[^1], "MiB"));
        }

        report.Add(new Figure(Name, $"floods of {size}: after the third / after the second", "lockkeeper", left[^1] / left[^2], "") { Aim = "≤ 1.1" });
    }

    private static async Task<double> FloodAsync(Child lockkeeper, Uri address, byte[] request, int count, TimeProvider time)
    {
        var flood = Task.Run(() => LoadRun.Run(address, request, Connections, count, time));
        var peak = 0.0;
        while (!flood.IsCompleted)
        {
            peak = Math.Max(peak, lockkeeper.ResidentMebibytes);
            await Task.WhenAny(flood, Task.Delay(TimeSpan.FromMilliseconds(50), time));
        }

        await flood;
        return peak;
    }
}
