using System.Runtime.InteropServices;
using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>Asks the kernel of macOS.</summary>
/// <remarks>It has not been run on a Mac yet. The layout of what the kernel fills in is tested, on every system.</remarks>
internal sealed partial class MacMemoryReader : IMemoryReader
{
    private const int VmInfo64 = 4;
    private const int RusageV0 = 0;
    private const int NoSuchProcess = 3;

    private readonly uint _host = HostSelf();

    public long? Total() => Sysctl<ulong>("hw.memsize") is { } bytes ? (long)bytes : null;

    /// <summary>Free pages and those of files, which are dropped first. Speculative pages are in both counts.</summary>
    public unsafe long? Available()
    {
        VmStatistics statistics = default;
        var count = (uint)(sizeof(VmStatistics) / sizeof(int));
        return HostStatistics(_host, VmInfo64, &statistics, ref count) == 0 ? statistics.AvailablePages * Environment.SystemPageSize : null;
    }

    public SwapUse? Swap() => Sysctl<SwapUsage>("vm.swapusage") is { } swap ? new SwapUse((long)swap.Total, (long)swap.Used) : null;

    public long? Kills() => null;

    /// <summary>The kernel's "physical footprint" has what is compressed, swapped out and the GPU's, but no pages of files; how many of those are resident it does not tell apart.</summary>
    public unsafe MemoryUse? UseOf(IReadOnlyList<int> pids)
    {
        var sum = default(MemoryUse);
        foreach (var pid in pids)
        {
            Rusage usage = default;
            if (PidRusage(pid, RusageV0, &usage) == 0)
            {
                sum += usage.ToUse();
            }
            else if (Marshal.GetLastPInvokeError() != NoSuchProcess)
            {
                return null;
            }
        }

        return sum;
    }

    private static unsafe T? Sysctl<T>(string name)
        where T : unmanaged
    {
        T value = default;
        var size = (nuint)sizeof(T);
        return SysctlByName(name, &value, ref size, null, 0) == 0 && size == (nuint)sizeof(T) ? value : null;
    }

    [LibraryImport("libSystem", EntryPoint = "mach_host_self")]
    private static partial uint HostSelf();

    [LibraryImport("libSystem", EntryPoint = "host_statistics64")]
    private static unsafe partial int HostStatistics(uint host, int flavor, VmStatistics* statistics, ref uint count);

    [LibraryImport("libSystem", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SysctlByName(string name, void* value, ref nuint size, void* newValue, nuint newSize);

    [LibraryImport("libSystem", EntryPoint = "proc_pid_rusage", SetLastError = true)]
    private static unsafe partial int PidRusage(int pid, int flavor, Rusage* usage);

    /// <summary><c>vm_statistics64</c>, which has 152 bytes; in pages.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 152)]
    internal struct VmStatistics
    {
        [FieldOffset(0)]
        public uint Free;

        [FieldOffset(88)]
        public uint Purgeable;

        [FieldOffset(92)]
        public uint Speculative;

        [FieldOffset(136)]
        public uint External;

        public readonly long AvailablePages => (long)Free - Speculative + External + Purgeable;
    }

    /// <summary><c>rusage_info_v0</c>, which has 96 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 96)]
    internal struct Rusage
    {
        [FieldOffset(64)]
        public ulong Resident;

        [FieldOffset(72)]
        public ulong PhysicalFootprint;

        public readonly MemoryUse ToUse() => new((long)PhysicalFootprint, (long)Math.Max(PhysicalFootprint, Resident));
    }

    /// <summary><c>xsw_usage</c>, which has 32 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal struct SwapUsage
    {
        [FieldOffset(0)]
        public ulong Total;

        [FieldOffset(16)]
        public ulong Used;
    }
}
