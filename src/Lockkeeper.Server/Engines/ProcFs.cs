using System.Globalization;

namespace Lockkeeper.Server.Engines;

/// <summary>The one place that reads files of a process under <c>/proc</c>, since "it is gone" and "it cannot be read now" must not be confused.</summary>
internal static class ProcFs
{
    private const int NoSuchProcess = 3;

    /// <summary>The file; null when the process is gone or belongs to another user.</summary>
    /// <exception cref="IOException">Anything else, such as too many open files. Whoever takes that for "gone" starts an engine beside a living one.</exception>
    public static byte[]? TryRead(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException { HResult: NoSuchProcess })
        {
            return null;
        }
    }

    /// <summary>The process ids there are; none where there is no <c>/proc</c>.</summary>
    public static IEnumerable<int> Pids()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }
}
