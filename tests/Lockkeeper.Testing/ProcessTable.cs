using System.Globalization;
using System.Text;

namespace Lockkeeper.Testing;

/// <summary>What runs on this machine, read from <c>/proc</c>. Independent of the product's own reader, so that it can witness against it.</summary>
internal static class ProcessTable
{
    /// <summary>True while the process runs; a zombie does not.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is { } stat && stat.State is not ('Z' or 'X');

    /// <summary>Program and arguments; empty for a process that is gone, or a zombie.</summary>
    public static IReadOnlyList<string> CommandLine(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Living processes that have all of the words among their arguments.</summary>
    public static IReadOnlyList<int> With(params string[] words) =>
        [.. Pids().Where(pid => CommandLine(pid) is var line && words.All(line.Contains) && IsAlive(pid))];

    /// <summary>Living processes whose parent it is.</summary>
    public static IReadOnlyList<int> ChildrenOf(int pid) => [.. Pids().Where(child => Stat(child) is { } stat && stat.Parent == pid && IsAlive(child))];

    /// <summary>The process group; null when the process is gone.</summary>
    public static int? GroupOf(int pid) => Stat(pid)?.Group;

    private static IEnumerable<int> Pids() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static (char State, int Parent, int Group)? Stat(int pid)
    {
        try
        {
            // The name in brackets may hold spaces and brackets itself.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[2], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
