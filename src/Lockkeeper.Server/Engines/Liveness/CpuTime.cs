using System.Buffers.Text;
using System.Globalization;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>Processor time that processes have used. What an engine that computes cannot hide, and one that hangs does not use.</summary>
internal static class CpuTime
{
    private const int FieldsFromStateToUser = 11;

    /// <summary>Linux tells it in ticks of 10 ms, whatever the kernel's own are.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Of each of them; null where the system does not tell, or there is nobody to look at.</summary>
    public static IReadOnlyDictionary<int, TimeSpan>? Of(IReadOnlyList<int> pids) => !OperatingSystem.IsLinux() || pids.Count == 0 ? null
        : pids.ToDictionary(pid => pid, pid => ProcFs.TryRead(pid, "stat") is { } stat ? In(stat) : TimeSpan.Zero);

    /// <summary>What those that live now have used since an earlier look. One that has ended meanwhile takes what it had used with it, and must not make up for the work of the others.</summary>
    public static TimeSpan? Since(IReadOnlyDictionary<int, TimeSpan>? before, IReadOnlyList<int> pids) => before is null || Of(pids) is not { } now ? null
        : now.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Value - before.GetValueOrDefault(process.Key));

    /// <summary>From the text of <c>/proc/PID/stat</c>: user and system time, its threads included.</summary>
    public static TimeSpan In(ReadOnlySpan<byte> stat)
    {
        var rest = stat[(stat.LastIndexOf((byte)')') + 1)..];
        long ticks = 0;
        var field = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            if (rest[range].IsEmpty)
            {
                continue;
            }

            if (field is FieldsFromStateToUser or FieldsFromStateToUser + 1 && Utf8Parser.TryParse(rest[range], out long value, out _))
            {
                ticks += value;
            }

            field++;
        }

        return ticks * Tick;
    }

    /// <summary>For a sentence.</summary>
    public static string Describe(TimeSpan? used) => used is { } time ? string.Create(CultureInfo.InvariantCulture, $"its processes used {time.TotalMilliseconds:0} ms of processor time") : "what its processes did is not known";
}
