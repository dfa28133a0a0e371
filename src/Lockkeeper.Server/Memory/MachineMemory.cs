using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>The memory that engines compete for on this machine: the GPUs', or where those have none of their own, the system's.</summary>
/// <remarks>
/// Which of the two is decided once, when Lockkeeper starts: figures of one kind must never be compared with figures of the other. Several GPUs count as one whose memory is the sum. Where GPUs have
/// their own memory a run is what it has there, and an engine that uses none of it holds nothing; where they use the system's, a run is its processes and what the driver holds for them.
/// </remarks>
/// <param name="system">The memory of the processors.</param>
/// <param name="devices">The GPUs, by maker.</param>
internal sealed class MachineMemory(IMemoryReader system, params IReadOnlyList<IDeviceMemory> devices) : IMemoryReader
{
    private readonly IReadOnlyList<IDeviceMemory> _own = [.. devices.Where(device => device.HasOwnMemory)];

    /// <summary>The memory of the processors, which is what the whole machine slows down for the want of.</summary>
    public IMemoryReader System => system;

    /// <summary>Whether the figures are those of GPUs with memory of their own.</summary>
    public bool IsOfDevices => _own.Count > 0;

    public static MachineMemory OfThisMachine()
    {
        List<IDeviceMemory> devices = [];
        if (NvmlLibrary.TryLoad() is { } nvml)
        {
            devices.Add(new NvidiaMemory(nvml));
        }

        if (OperatingSystem.IsLinux())
        {
            devices.Add(new AmdMemory());
        }

        return new MachineMemory(IMemoryReader.OfThisSystem(), devices);
    }

    public long? Total() => IsOfDevices ? Sum(_own, device => device.Total()) : system.Total();

    public long? Available() => IsOfDevices ? Sum(_own, device => device.Available()) : system.Available();

    public SwapUse? Swap() => system.Swap();

    public long? Kills() => system.Kills();

    public MemoryUse? UseOf(IReadOnlyList<int> pids)
    {
        if (Sum(IsOfDevices ? _own : devices, device => device.HeldBy(pids)) is not { } held)
        {
            return null;
        }

        return IsOfDevices ? new MemoryUse(held, held) : system.UseOf(pids) + new MemoryUse(held, held);
    }

    /// <summary>Null when one of them is: a sum without it would be too small.</summary>
    private static long? Sum(IReadOnlyList<IDeviceMemory> devices, Func<IDeviceMemory, long?> figure) => devices.Aggregate((long?)0, (sum, device) => sum + figure(device));
}
