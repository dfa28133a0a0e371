using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Server.Engines;

/// <summary>Who listens on a port, as far as the system tells: on Linux by the sockets of <c>/proc/net/tcp</c>, elsewhere nobody knows.</summary>
/// <param name="Kind">Whether anyone is known to listen, and whether it is one of ours.</param>
/// <param name="Pid">The stranger's process, when we may see it.</param>
internal sealed record PortOwner(PortOwner.Owner Kind, int? Pid)
{
    internal enum Owner
    {
        /// <summary>The system does not tell.</summary>
        Unknown,
        Nobody,
        Ours,
        Stranger,
    }

    public static PortOwner Of(int port, ProcessTree tree)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new PortOwner(Owner.Unknown, null);
        }

        var wanted = SocketsOn(port);
        if (wanted.Count == 0)
        {
            return new PortOwner(Owner.Nobody, null);
        }

        // Mostly it is the engine's first process, and the long way round would be a part of every swap.
        return Holds(tree.Leader, wanted) || tree.Alive().Any(pid => Holds(pid, wanted))
            ? new PortOwner(Owner.Ours, null)
            : new PortOwner(Owner.Stranger, HolderOf(wanted));
    }

    /// <summary>Whether one of these processes is known to listen on the port.</summary>
    public static bool IsAmong(IReadOnlyList<int> pids, int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var sockets = SocketsOn(port);
        return pids.Any(pid => Holds(pid, sockets));
    }

    /// <summary>Who has the port, in words for a person who wonders; whoever it is, it is nobody of ours.</summary>
    public static string Describe(int port)
    {
        var pid = OperatingSystem.IsLinux() ? HolderOf(SocketsOn(port)) : null;
        return pid is not { } known ? "another process"
            : string.Create(CultureInfo.InvariantCulture, $"another process (pid {known}, {Encoding.UTF8.GetString(ProcFs.TryRead(known, "comm") ?? []).Trim()})");
    }

    /// <summary>Adds the inode of each socket that listens on the port, from the text of <c>/proc/net/tcp</c> or <c>tcp6</c>.</summary>
    public static void AddListeners(ReadOnlySpan<byte> table, int port, List<long> inodes)
    {
        foreach (var row in table.Split((byte)'\n'))
        {
            // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …; addresses are hexadecimal, 0A is LISTEN.
            var line = table[row];
            ReadOnlySpan<byte> local = default, state = default, inode = default;
            var column = 0;
            foreach (var range in line.Split((byte)' '))
            {
                if (line[range].IsEmpty)
                {
                    continue;
                }

                switch (column++)
                {
                    case 1: local = line[range]; break;
                    case 3: state = line[range]; break;
                    case 9: inode = line[range]; break;
                    default: break;
                }
            }

            if (state.SequenceEqual("0A"u8)
                && Utf8Parser.TryParse(local[(local.LastIndexOf((byte)':') + 1)..], out int localPort, out _, 'X') && localPort == port
                && Utf8Parser.TryParse(inode, out long number, out _))
            {
                inodes.Add(number);
            }
        }
    }

    private static HashSet<string> SocketsOn(int port)
    {
        List<long> sockets = [];
        foreach (var table in (ReadOnlySpan<string>)["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (File.Exists(table))
            {
                AddListeners(File.ReadAllBytes(table), port, sockets);
            }
        }

        return sockets.Select(inode => string.Create(CultureInfo.InvariantCulture, $"socket:[{inode}]")).ToHashSet(StringComparer.Ordinal);
    }

    private static int? HolderOf(HashSet<string> sockets) =>
        sockets.Count == 0 ? null : ProcStat.All().Where(stat => Holds(stat.Pid, sockets)).Select(stat => (int?)stat.Pid).FirstOrDefault();

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
