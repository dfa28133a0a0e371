using System.Diagnostics;

namespace Lockkeeper.Bench;

/// <summary>Pins the whole run to one core. By starting again under <c>taskset</c>: a process that pins itself misses the threads it has already, and its children would not inherit it from those.</summary>
internal static class OneCore
{
    public static bool IsPinned => Environment.ProcessorCount == 1;

    /// <summary>The program itself, whether it was started by its own name or as <c>dotnet FILE.dll</c>.</summary>
    private static string[] Self => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, typeof(OneCore).Assembly.Location]
        : [Environment.ProcessPath!];

    public static int RunPinned(string[] args)
    {
        using var pinned = new Process
        {
            StartInfo = new ProcessStartInfo("taskset", ["--cpu-list", "0", .. Self, .. args]),
        };
        pinned.Start();
        pinned.WaitForExit();
        return pinned.ExitCode;
    }
}
