using System.Globalization;
using Lockkeeper.Core.Engines;

namespace Lockkeeper.Server.Engines.Systemd;

/// <summary>The processes of a unit, to see what memory they hold. They are systemd's: nothing here can signal them.</summary>
internal sealed class UnitProcesses
{
    /// <summary>One hierarchy, or the one that systemd uses beside those of an older kernel.</summary>
    private static readonly string[] Roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

    private volatile UnitState? _seen;

    public void Saw(UnitState state) => _seen = state;

    /// <summary>Those of its control group; where that cannot be seen, its main process and what descends from it.</summary>
    public IReadOnlyList<int> Alive()
    {
        if (_seen is not { } state)
        {
            return [];
        }

        var members = state.ControlGroup is { } group ? InGroup(group) : [];
        return members.Count > 0 ? members : state.MainPid is { } main ? WithDescendants(main) : [];
    }

    private static List<int> InGroup(string group)
    {
        List<int> pids = [];
        foreach (var folder in Roots.Select(root => root + group).Where(Directory.Exists))
        {
            try
            {
                foreach (var list in Directory.EnumerateFiles(folder, "cgroup.procs", SearchOption.AllDirectories))
                {
                    pids.AddRange(File.ReadLines(list).Select(line => int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture)).Where(pid => pid > 0));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                // A part of it ended while it was read, or is not for us to see.
            }
        }

        return [.. pids.Distinct()];
    }

    private static IReadOnlyList<int> WithDescendants(int main)
    {
        var others = ProcStat.All().FindAll(stat => stat.IsAlive);
        HashSet<int> members = [];
        others.RemoveAll(stat => stat.Pid == main && members.Add(stat.Pid));
        while (others.RemoveAll(stat => members.Contains(stat.Parent) && members.Add(stat.Pid)) > 0)
        {
        }

        return [.. members];
    }
}
