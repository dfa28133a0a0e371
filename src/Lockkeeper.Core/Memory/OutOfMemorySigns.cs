using System.Buffers;

namespace Lockkeeper.Core.Memory;

/// <summary>Tells from what an engine left behind whether it died for want of memory.</summary>
/// <remarks>
/// Other models are stopped on the strength of it, so hints such as "lower this to avoid out of memory errors" must not count, nor a lock that was not granted.
/// </remarks>
internal static class OutOfMemorySigns
{
    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    /// <summary>Available memory of less than total / this is as good as none.</summary>
    private const int AsGoodAsNone = 50;

    /// <summary>Each says all there is to say.</summary>
    private static readonly SearchValues<string> Plain = SearchValues.Create(
    [
        "out of memory", "OutOfMemory", "insufficient memory", "cudaMalloc failed", "hipMalloc failed", "ErrorOutOfDeviceMemory", "ErrorOutOfHostMemory", "OUT_OF_DEVICE_MEMORY",
        "std::bad_alloc", "MemoryError", "cannot allocate memory", "No available memory for the cache blocks", "is less than desired GPU memory utilization",
        "larger than the available KV cache memory",
    ], StringComparison.OrdinalIgnoreCase);

    /// <summary>Each needs something behind it that is memory; a port or a terminal cannot be allocated either.</summary>
    private static readonly SearchValues<string> Allocation = SearchValues.Create(
        ["failed to allocate", "unable to allocate", "could not allocate", "failed allocating"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Memory = SearchValues.Create(
        ["buffer", "memory", "bytes", "MiB", "GiB", " MB", " GB", "tensor", "cache", "context"], StringComparison.OrdinalIgnoreCase);

    /// <summary>In front of a sign they make it a hint.</summary>
    private static readonly SearchValues<string> Hints = SearchValues.Create(
        ["avoid", "prevent", "if you ", "in case ", "may ", "might ", "can lead", "could lead", "mlock", "when running", "to handle", "likely to"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether one of the lines says so.</summary>
    public static bool In(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            if (IsSign(line))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an exit by SIGKILL was the system's doing, who says nothing to the process.</summary>
    /// <param name="exitCode">Exit code of the process; null when unknown.</param>
    /// <param name="killsBefore">Processes killed for want of memory before it started; null when unknown.</param>
    /// <param name="killsAfter">And after it ended.</param>
    /// <param name="total">Bytes of the whole; null when unknown.</param>
    /// <param name="available">Bytes that were available when it was last looked at, alive; null when unknown.</param>
    public static bool InKill(int? exitCode, long? killsBefore, long? killsAfter, long? total, long? available) =>
        exitCode == Killed && (killsAfter > killsBefore || available < total / AsGoodAsNone);

    private static bool IsSign(ReadOnlySpan<char> line)
    {
        var plain = line.IndexOfAny(Plain);
        if (plain >= 0 && !line[..plain].ContainsAny(Hints))
        {
            return true;
        }

        // As the Vulkan backend of ggml and the run time of Rust say it.
        var sized = line.IndexOf("memory allocation of", StringComparison.OrdinalIgnoreCase);
        if (sized >= 0 && line[sized..].Contains("failed", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var allocation = line.IndexOfAny(Allocation);
        return allocation >= 0 && line[allocation..].ContainsAny(Memory) && !line[..allocation].ContainsAny(Hints);
    }
}
