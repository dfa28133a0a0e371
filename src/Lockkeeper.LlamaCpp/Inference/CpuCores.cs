namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>How many threads compute fastest: one a core. Two threads of one core share its arithmetic units and only wait for each other.</summary>
internal static class CpuCores
{
    /// <summary>
    /// Below this many bytes of weights a thread waits for the others longer than it computes: they meet after each operation, spinning.
    /// With more threads than a small model has work for, a busy machine makes it ten times slower.
    /// </summary>
    private const ulong WorkForOneThread = 16 * 1024 * 1024;

    /// <summary>How many threads a model of this size is worth here.</summary>
    public static int For(ulong modelSize) => (int)Math.Clamp(modelSize / WorkForOneThread, 1, (ulong)Available());

    /// <summary>The cores of this machine, or fewer where the process may not use them all (affinity, container limits).</summary>
    public static int Available() => Math.Max(1, Math.Min(Environment.ProcessorCount, Physical() ?? Environment.ProcessorCount));

    /// <summary>Counts the different sets of siblings, one line for each logical processor, as in <c>0,4</c> or <c>0-1</c>. Null without any.</summary>
    internal static int? Count(IEnumerable<string> siblings)
    {
        var cores = siblings.Select(line => line.Trim()).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal).Count();
        return cores == 0 ? null : cores;
    }

    private static int? Physical()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return Count(Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*")
                .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list"))
                .Where(File.Exists)
                .Select(File.ReadAllText));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
