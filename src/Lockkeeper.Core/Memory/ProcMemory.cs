using System.Buffers.Text;

namespace Lockkeeper.Core.Memory;

/// <summary>Reads figures out of the text files in which Linux keeps them.</summary>
internal static class ProcMemory
{
    /// <summary>Bytes that can be had without swapping, page cache included, from <c>/proc/meminfo</c>.</summary>
    public static long? Available(ReadOnlySpan<byte> meminfo) => Kibibytes(meminfo, "MemAvailable:"u8);

    /// <summary>Bytes of the machine, from <c>/proc/meminfo</c>.</summary>
    public static long? Total(ReadOnlySpan<byte> meminfo) => Kibibytes(meminfo, "MemTotal:"u8);

    /// <summary>
    /// Free pages that each processor keeps aside for itself, from <c>/proc/zoneinfo</c>. They are in no count of free memory, though any allocation that finds too little gets them. Kernels since
    /// 6.7 keep up to an eighth of the memory there, for many seconds after a large process has died.
    /// </summary>
    public static long PagesAside(ReadOnlySpan<byte> zoneinfo)
    {
        var pages = 0L;
        foreach (var range in zoneinfo.Split((byte)'\n'))
        {
            var line = zoneinfo[range].TrimStart((byte)' ');
            if (line.StartsWith("count:"u8) && Utf8Parser.TryParse(line["count:"u8.Length..].TrimStart((byte)' '), out long count, out _))
            {
                pages += count;
            }
        }

        return pages;
    }

    /// <summary>The swap space of the machine, from <c>/proc/meminfo</c>.</summary>
    public static SwapUse? Swap(ReadOnlySpan<byte> meminfo) =>
        Kibibytes(meminfo, "SwapTotal:"u8) is { } total && Kibibytes(meminfo, "SwapFree:"u8) is { } free ? new SwapUse(total, total - free) : null;

    /// <summary>Processes the system has killed for want of memory since it started, those killed for a cgroup's limit among them, from <c>/proc/vmstat</c>.</summary>
    public static long? Kills(ReadOnlySpan<byte> vmstat) => Number(vmstat, "oom_kill "u8, total: false);

    /// <summary>A process by its proportional share, from <c>/proc/PID/smaps_rollup</c>: what processes have in common counts once for all of them together. Null when it does not say.</summary>
    public static MemoryUse? FromRollup(ReadOnlySpan<byte> rollup) => Use(
        Kibibytes(rollup, "Pss_Anon:"u8) + Kibibytes(rollup, "Pss_Shmem:"u8), Kibibytes(rollup, "SwapPss:"u8), Kibibytes(rollup, "Pss_File:"u8));

    /// <summary>A process from <c>/proc/PID/status</c>, where that is all that may be read: what it shares with others counts for each of them. Null for a zombie.</summary>
    public static MemoryUse? FromStatus(ReadOnlySpan<byte> status) => Use(
        Kibibytes(status, "RssAnon:"u8) + Kibibytes(status, "RssShmem:"u8), Kibibytes(status, "VmSwap:"u8), Kibibytes(status, "RssFile:"u8));

    /// <summary>Bytes of file pages that are the first to be dropped, from a cgroup's <c>memory.stat</c> (version 2, or 1 with its <c>total_</c>).</summary>
    public static long? InactiveFile(ReadOnlySpan<byte> stat) => Number(stat, "inactive_file "u8, total: true);

    /// <summary>A limit or a usage of a cgroup: one number of bytes; null for <c>max</c>.</summary>
    public static long? Bytes(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long bytes, out _) ? bytes : null;

    /// <summary>The folder of the cgroup below the controller's root, from <c>/proc/self/cgroup</c>; an empty controller asks for version 2. Null when there is none.</summary>
    public static string? CgroupFolder(ReadOnlySpan<byte> cgroups, ReadOnlySpan<byte> controller)
    {
        foreach (var range in cgroups.Split((byte)'\n'))
        {
            // hierarchy:controllers:folder
            var line = cgroups[range];
            var first = line.IndexOf((byte)':');
            var second = first < 0 ? -1 : first + 1 + line[(first + 1)..].IndexOf((byte)':');
            if (second <= first)
            {
                continue;
            }

            var controllers = line[(first + 1)..second];
            foreach (var one in controllers.Split((byte)','))
            {
                if (controllers[one].SequenceEqual(controller))
                {
                    return System.Text.Encoding.UTF8.GetString(line[(second + 1)..]);
                }
            }
        }

        return null;
    }

    private static MemoryUse? Use(long? resident, long? swapped, long? file) =>
        resident + (swapped ?? 0) is { } held ? new MemoryUse(held, held + (file ?? 0)) : null;

    private static long? Kibibytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) => Number(text, name, total: false) * 1024;

    private static long? Number(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, bool total)
    {
        long? found = null;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            var isTotal = total && line.StartsWith("total_"u8);
            line = isTotal ? line["total_"u8.Length..] : line;
            if (line.StartsWith(name) && Utf8Parser.TryParse(line[name.Length..].TrimStart(" \t"u8), out long number, out _))
            {
                found = number;
                if (isTotal || !total)
                {
                    break;
                }
            }
        }

        return found;
    }
}
