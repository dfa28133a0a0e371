using System.Buffers.Text;
using System.Globalization;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>Processor time that processes have used. What an engine that computes cannot hide, and one that hangs does not use.</summary>
internal static class CpuTime
{
    private const int FieldsFromStateToUser = 11;

    /// <summary>Linux tells it in ticks of 10 ms, whatever the kernel's own are.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Of all of them together; null where the system does not tell.</summary>
    public static TimeSpan? Of(IReadOnlyList<int> pids) => OperatingSystem.IsLinux()
        ? pids.Aggregate(TimeSpan.Zero, (sum, pid) => sum + (ProcFs.TryRead(pid, "stat") is { } stat ? In(stat) : TimeSpan.Zero))
        : null;

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
