using System.Text;

namespace Lockkeeper.Server.Engines;

/// <summary>
/// All processes that belong to one run: its group, its session, descendants, and on Linux also those that detached themselves from all of these but
/// still carry the run's mark in their environment. One once seen is remembered, so that it cannot hide later.
/// </summary>
internal sealed class ProcessTree(int leader, string mark)
{
    /// <summary>Not 0, which is the group of the kernel's own threads.</summary>
    private const int Nobody = -1;

    private readonly long _started = ProcStat.Of(leader)?.Started ?? 0;
    private readonly byte[] _mark = EntryOf(mark);
    private readonly Lock _gate = new();
    private Dictionary<int, long> _known = [];

    /// <summary>Only those that carry the mark: of a run whose first process is gone, so that its number, and with it that of its group, may be anybody's.</summary>
    public static ProcessTree OfMark(string mark) => new(Nobody, mark);

    /// <summary>The process that was started, and the number of its group and session.</summary>
    public int Leader => leader;

    /// <summary>When that was started, in clock ticks since boot; 0 where nobody tells.</summary>
    public long Started => _started;

    /// <summary>The living members; without <c>/proc</c> the leader stands for a group in which somebody lives.</summary>
    public IReadOnlyList<int> Alive()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Posix.Kill(-leader, 0) ? [leader] : [];
        }

        lock (_gate)
        {
            _known = Census_NeedsLock();
            return [.. _known.Keys];
        }
    }

    /// <summary>Signals every living member that is not in the leader's group, after another look at who it is: its pid may have been given to a stranger.</summary>
    public void SignalStrays(int signal)
    {
        foreach (var pid in Alive())
        {
            if (ProcStat.Of(pid) is { } stat && stat.Group != leader && IsKnown(stat))
            {
                Posix.Kill(pid, signal);
            }
        }
    }

    private bool IsKnown(ProcStat stat)
    {
        lock (_gate)
        {
            return _known.TryGetValue(stat.Pid, out var started) && started == stat.Started;
        }
    }

    private Dictionary<int, long> Census_NeedsLock()
    {
        Dictionary<int, long> members = [];

        // Whoever started before the leader cannot descend from it; that spares nearly all of the machine a closer look.
        var candidates = ProcStat.All().FindAll(stat => stat.Started >= _started && stat.IsAlive);
        candidates.RemoveAll(stat => (stat.Group == leader || stat.Session == leader || IsRemembered(stat)) && members.TryAdd(stat.Pid, stat.Started));
        while (candidates.RemoveAll(stat => members.ContainsKey(stat.Parent) && members.TryAdd(stat.Pid, stat.Started)) > 0)
        {
        }

        foreach (var stat in candidates)
        {
            if (Carries(stat.Pid, _mark))
            {
                members.Add(stat.Pid, stat.Started);
            }
        }

        return members;

        bool IsRemembered(ProcStat stat) => _known.TryGetValue(stat.Pid, out var started) && started == stat.Started;
    }

    /// <summary>Whether it, or what it was started by, was given that mark.</summary>
    public static bool CarriesMark(int pid, string mark) => Carries(pid, EntryOf(mark));

    private static byte[] EntryOf(string mark) => Encoding.UTF8.GetBytes($"{Reaper.MarkVariable}={mark}");

    private static bool Carries(int pid, byte[] mark)
    {
        ReadOnlySpan<byte> environment = ProcFs.TryRead(pid, "environ");
        foreach (var variable in environment.Split((byte)0))
        {
            if (environment[variable].SequenceEqual(mark))
            {
                return true;
            }
        }

        return false;
    }
}
