using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>Resident memory of the router alone: idle, then after each of three floods. Flat means that the third leaves no more than the second.</summary>
internal static class MemoryPart
{
    private const string Name = "resident memory of the router";
    private const int Floods = 3;
    private const int Connections = 16;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TestBed bed, Options options, Report report)
    {
        var (router, address) = await bed.StartLockkeeperAsync(TestBed.Self, "upstream", "--port", "{port}");
        using var lockkeeper = router;
        report.Add(new Figure(Name, "idle, after the start", "lockkeeper", lockkeeper.ResidentMebibytes, "MiB") { Aim = "≤ 90 MiB" });
        await Task.Delay(Rest, bed.Time);
        report.Add(new Figure(Name, "idle, 10 s later", "lockkeeper", lockkeeper.ResidentMebibytes, "MiB") { Aim = "≤ 90 MiB" });
        var left = new List<double>();
        for (var flood = 1; flood <= Floods; flood++)
        {
            var peak = await FloodAsync(lockkeeper, address, options.Requests * 10, bed.Time);
            left.Add(lockkeeper.ResidentMebibytes);
            report.Add(new Figure(Name, $"flood {flood} of {options.Requests * 10} requests, peak", "lockkeeper", peak, "MiB"));
            report.Add(new Figure(Name, $"flood {flood}, after it", "lockkeeper", left[^1], "MiB"));
        }

        report.Add(new Figure(Name, "after the third flood / after the second", "lockkeeper", left[^1] / left[^2], "") { Aim = "≤ 1.1" });
    }

    private static async Task<double> FloodAsync(Child lockkeeper, Uri address, int count, TimeProvider time)
    {
        var flood = Task.Run(() => LoadRun.Run(address, Requests.Chat("a"), Connections, count, time));
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
