using System.Buffers.Text;

namespace Lockkeeper.Server.Engines;

/// <summary>One process as Linux shows it in <c>/proc/PID/stat</c>. Pid and start time together name a process for ever; a pid alone is used again.</summary>
/// <param name="Pid">The process.</param>
/// <param name="State">R, S, D, Z …</param>
/// <param name="Parent">Its parent now; 1 or a sub-reaper once the real one has gone.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Started">Clock ticks since boot.</param>
internal readonly record struct ProcStat(int Pid, char State, int Parent, int Group, int Session, long Started)
{
    private const int FieldsFromSessionToStart = 16;

    /// <summary>A zombie holds nothing any more but its number.</summary>
    public bool IsAlive => State is not ('Z' or 'X');

    /// <summary>Null when the process is gone, or this is not Linux.</summary>
    public static ProcStat? Of(int pid) => ProcFs.TryRead(pid, "stat") is { } text && TryParse(text, out var stat) ? stat : null;

    /// <summary>Every process there is.</summary>
    public static List<ProcStat> All()
    {
        List<ProcStat> all = [];
        foreach (var pid in ProcFs.Pids())
        {
            if (Of(pid) is { } stat)
            {
                all.Add(stat);
            }
        }

        return all;
    }

    /// <summary>Reads the text of <c>/proc/PID/stat</c>: <c>12 (a) name) S 1 12 12 … start …</c>. The name may hold blanks and brackets.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStat stat)
    {
        stat = default;
        var end = text.LastIndexOf((byte)')');
        if (end < 0 || end + 4 > text.Length || !Utf8Parser.TryParse(text, out int pid, out _))
        {
            return false;
        }

        var state = (char)text[end + 2];
        var rest = text[(end + 3)..];
        if (!TryNext(ref rest, out var parent) || !TryNext(ref rest, out var group) || !TryNext(ref rest, out var session))
        {
            return false;
        }

        long started = 0;
        for (var i = 0; i < FieldsFromSessionToStart; i++)
        {
            if (!TryNext(ref rest, out started))
            {
                return false;
            }
        }

        stat = new ProcStat(pid, state, (int)parent, (int)group, (int)session, started);
        return true;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out long number)
    {
        rest = rest.TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out number, out var length))
        {
            return false;
        }

        rest = rest[length..];
        return true;
    }
}
