using System.Runtime.InteropServices;
using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>Asks the kernel of Windows.</summary>
/// <remarks>It has not been run on Windows yet. The layout of what the kernel fills in is tested, on every system. How much of the page file is in use it does not tell, only how much is promised.</remarks>
internal sealed partial class WindowsMemoryReader : IMemoryReader
{
    private const uint QueryLimitedInformation = 0x1000;
    private const int InvalidParameter = 87;

    public long? Total() => Status() is { } status ? (long)status.Total : null;

    public long? Available() => Status() is { } status ? (long)status.Available : null;

    public SwapUse? Swap() => null;

    public long? Kills() => null;

    /// <summary>Private bytes are all it has promised to itself; pages of files are told only together with those, in the working set.</summary>
    public unsafe MemoryUse? UseOf(IReadOnlyList<int> pids)
    {
        var sum = default(MemoryUse);
        foreach (var pid in pids)
        {
            var process = OpenProcess(QueryLimitedInformation, inheritHandle: 0, pid);
            if (process == 0)
            {
                if (Marshal.GetLastPInvokeError() != InvalidParameter)
                {
                    return null;
                }

                continue; // no such process any more
            }

            ProcessCounters counters = default;
            counters.Size = (uint)sizeof(ProcessCounters);
            var isTold = GetProcessMemoryInfo(process, &counters, counters.Size) != 0;
            _ = CloseHandle(process);
            if (!isTold)
            {
                return null;
            }

            sum += counters.ToUse();
        }

        return sum;
    }

    private static unsafe MemoryStatus? Status()
    {
        MemoryStatus status = default;
        status.Size = (uint)sizeof(MemoryStatus);
        return GlobalMemoryStatusEx(&status) != 0 ? status : null;
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static unsafe partial int GlobalMemoryStatusEx(MemoryStatus* status);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint OpenProcess(uint access, int inheritHandle, int pid);

    [LibraryImport("kernel32", EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true)]
    private static unsafe partial int GetProcessMemoryInfo(nint process, ProcessCounters* counters, uint size);

    [LibraryImport("kernel32")]
    private static partial int CloseHandle(nint handle);

    /// <summary><c>MEMORYSTATUSEX</c>, which has 64 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct MemoryStatus
    {
        [FieldOffset(0)]
        public uint Size;

        [FieldOffset(8)]
        public ulong Total;

        [FieldOffset(16)]
        public ulong Available;
    }

    /// <summary><c>PROCESS_MEMORY_COUNTERS_EX</c>, which has 80 bytes on a system of 64 bits.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    internal struct ProcessCounters
    {
        [FieldOffset(0)]
        public uint Size;

        [FieldOffset(16)]
        public ulong WorkingSet;

        [FieldOffset(72)]
        public ulong Private;

        public readonly MemoryUse ToUse() => new((long)Private, (long)Math.Max(Private, WorkingSet));
    }
}
