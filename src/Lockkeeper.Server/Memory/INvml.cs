namespace Lockkeeper.Server.Memory;

/// <summary>The few questions we have for the library of NVIDIA's driver; the real one is <see cref="NvmlLibrary"/>.</summary>
internal interface INvml
{
    NvmlStatus DeviceCount(out int count);

    /// <param name="device">From 0.</param>
    /// <param name="total">Bytes of its own memory.</param>
    /// <param name="free">Bytes of it that are free.</param>
    NvmlStatus MemoryOf(int device, out long total, out long free);

    /// <param name="device">From 0.</param>
    /// <param name="graphics">Processes that draw, or those that compute. One that does both is in either list, each time with all it uses.</param>
    /// <param name="processes">What each uses; no bytes where the driver does not tell.</param>
    NvmlStatus ProcessesOn(int device, bool graphics, out IReadOnlyList<NvmlProcess> processes);
}

/// <summary>A process on a device.</summary>
/// <param name="Pid">Its id, as the host of a container sees it.</param>
/// <param name="Bytes">Memory it uses there; null where the driver does not tell.</param>
internal readonly record struct NvmlProcess(int Pid, long? Bytes);

/// <summary>What NVML returns; only the values that are treated apart have names.</summary>
internal enum NvmlStatus
{
    Success = 0,
    NotSupported = 3,
    InsufficientSize = 7,
    DriverNotLoaded = 9,
    FunctionNotFound = 13,
    GpuIsLost = 15,

    /// <summary>The library is of another version than the driver that runs, as between an update and the next start of the machine.</summary>
    DriverMismatch = 18,
    Unknown = 999,
}
