using System.Globalization;
using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>AMD's GPUs, as the amdgpu driver of Linux tells of them in files.</summary>
/// <remarks>
/// A GPU within the processor has a small memory of its own, set aside from the machine's, and takes the rest from there (GTT), which no process is charged for. It is told from a card by the
/// size of its own. What engines of ROCm have shows in <c>fdinfo</c> or, with older kernels, only in the files of the compute driver.
/// </remarks>
internal sealed class AmdMemory : IDeviceMemory
{
    private const long SmallestCard = 4L * 1024 * 1024 * 1024;

    private readonly string _compute;
    private readonly string _proc;
    private readonly bool _areThere;
    private readonly List<string> _cards;

    /// <param name="sys">Where <c>/sys</c> is.</param>
    /// <param name="proc">Where <c>/proc</c> is.</param>
    public AmdMemory(string sys = "/sys", string proc = "/proc")
    {
        _compute = Path.Combine(sys, "class", "kfd", "kfd", "proc");
        _proc = proc;
        var gpus = Gpus(Path.Combine(sys, "class", "drm"));
        _areThere = gpus.Count > 0;
        _cards = gpus.FindAll(device => Figure(device, "mem_info_vram_total") >= SmallestCard);
    }

    public bool HasOwnMemory => _cards.Count > 0;

    public long? Total() => SumOfCards("mem_info_vram_total");

    public long? Available() => SumOfCards("mem_info_vram_total") - SumOfCards("mem_info_vram_used");

    public long? HeldBy(IReadOnlyList<int> pids)
    {
        if (!_areThere)
        {
            return 0;
        }

        HashSet<(string, long)> seen = [];
        var sum = 0L;
        foreach (var pid in pids)
        {
            var (vram, gtt) = (0L, 0L);
            foreach (var text in Texts(Path.Combine(_proc, Name(pid), "fdinfo"), "*"))
            {
                if (DrmClient.Parse(text) is { } client && seen.Add((client.Device, client.Id)))
                {
                    vram += client.Vram;
                    gtt += client.Gtt;
                }
            }

            var compute = Texts(Path.Combine(_compute, Name(pid)), "vram_*").Sum(text => ProcMemory.Bytes(text) ?? 0);
            sum += HasOwnMemory ? Math.Max(vram, compute) : gtt;
        }

        return sum;
    }

    private static string Name(int pid) => pid.ToString(CultureInfo.InvariantCulture);

    private static List<string> Gpus(string drm) => Directory.Exists(drm)
        ? [.. Directory.EnumerateFileSystemEntries(drm, "card*").Select(card => Path.Combine(card, "device")).Where(device => File.Exists(Path.Combine(device, "mem_info_vram_total")))]
        : [];

    private static long? Figure(string device, string file) => Read(Path.Combine(device, file)) is { } text ? ProcMemory.Bytes(text) : null;

    /// <summary>The files of a folder; those that go away meanwhile, as descriptors do, are left out.</summary>
    private static IEnumerable<byte[]> Texts(string folder, string pattern)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, pattern);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var file in files)
        {
            if (Read(file) is { } text)
            {
                yield return text;
            }
        }
    }

    private static byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private long? SumOfCards(string file) => HasOwnMemory ? _cards.Aggregate((long?)0, (sum, card) => sum + Figure(card, file)) : null;
}
