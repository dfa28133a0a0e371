using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Memory;

/// <summary>Reads <c>/proc</c>, and the limits of the cgroups that we and so our engines live in.</summary>
internal sealed class LinuxMemoryReader : IMemoryReader
{
    private readonly IReadOnlyList<Cgroup> _cgroups = Cgroup.Own();

    public long? Total() => _cgroups.Aggregate(ProcMemory.Total(Read("/proc/meminfo")), (total, cgroup) => Smaller(total, cgroup.Limit()));

    public long? Available() => _cgroups.Aggregate(
        ProcMemory.Available(Read("/proc/meminfo")) + (ProcMemory.PagesAside(Read("/proc/zoneinfo")) * Environment.SystemPageSize),
        (available, cgroup) => Smaller(available, cgroup.Available()));

    public SwapUse? Swap() => ProcMemory.Swap(Read("/proc/meminfo"));

    public long? Kills() => ProcMemory.Kills(Read("/proc/vmstat"));

    public MemoryUse? UseOf(IReadOnlyList<int> pids)
    {
        var sum = default(MemoryUse);
        foreach (var pid in pids)
        {
            if (ProcFs.TryRead(pid, "smaps_rollup") is { } rollup && ProcMemory.FromRollup(rollup) is { } share)
            {
                sum += share;
            }
            else if (ProcFs.TryRead(pid, "status") is { } status)
            {
                // A process that is being taken down still has a status, but no memory in it: its figure would be too small, so there is none.
                if (ProcMemory.FromStatus(status) is not { } use)
                {
                    return null;
                }

                sum += use;
            }
        }

        return sum;
    }

    private static long? Smaller(long? figure, long? limit) => limit < figure ? limit : figure;

    /// <summary>Empty when it cannot be read: a cgroup's file may be missing.</summary>
    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private sealed record Cgroup(string LimitFile, string UsageFile, string StatFile)
    {
        private const string Root = "/sys/fs/cgroup";

        /// <summary>Ours and those above it, of either version: each of them may set a limit.</summary>
        public static IReadOnlyList<Cgroup> Own()
        {
            var cgroups = Read("/proc/self/cgroup");
            IEnumerable<Cgroup> all =
            [
                .. Upwards(Root, ProcMemory.CgroupFolder(cgroups, ""u8)).Select(folder =>
                    new Cgroup(Path.Combine(folder, "memory.max"), Path.Combine(folder, "memory.current"), Path.Combine(folder, "memory.stat"))),
                .. Upwards(Path.Combine(Root, "memory"), ProcMemory.CgroupFolder(cgroups, "memory"u8)).Select(folder =>
                    new Cgroup(Path.Combine(folder, "memory.limit_in_bytes"), Path.Combine(folder, "memory.usage_in_bytes"), Path.Combine(folder, "memory.stat"))),
            ];
            return [.. all.Where(cgroup => File.Exists(cgroup.LimitFile))];
        }

        public long? Limit() => ProcMemory.Bytes(Read(LimitFile));

        /// <summary>File pages that are not in use count as available: the kernel drops them before it refuses memory.</summary>
        public long? Available() => Limit() - (ProcMemory.Bytes(Read(UsageFile)) - (ProcMemory.InactiveFile(Read(StatFile)) ?? 0));

        private static IEnumerable<string> Upwards(string root, string? folder)
        {
            for (var at = folder?.Trim('/'); at is not null; at = at.Length == 0 ? null : Path.GetDirectoryName(at) ?? "")
            {
                yield return Path.Combine(root, at);
            }
        }
    }
}
