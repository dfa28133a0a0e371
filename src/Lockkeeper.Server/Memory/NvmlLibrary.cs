using System.Runtime.InteropServices;

namespace Lockkeeper.Server.Memory;

/// <summary>The library that comes with NVIDIA's driver, if it is there and of the version that runs.</summary>
/// <remarks>It has been run against a stand-in of the library only, not against a GPU.</remarks>
internal sealed unsafe class NvmlLibrary : INvml
{
    /// <summary>More processes than fit are asked for again, with room for some that come meanwhile.</summary>
    private const int RoomForMore = 16;
    private const int Tries = 4;
    private const ulong NotTold = ulong.MaxValue;

    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["nvml.dll"] : ["libnvidia-ml.so.1"];

    private readonly delegate* unmanaged<uint*, NvmlStatus> _count;
    private readonly delegate* unmanaged<uint, nint*, NvmlStatus> _byIndex;
    private readonly delegate* unmanaged<nint, DeviceMemory*, NvmlStatus> _memory;
    private readonly delegate* unmanaged<nint, uint*, ProcessUse*, NvmlStatus> _computing;
    private readonly delegate* unmanaged<nint, uint*, ProcessUse*, NvmlStatus> _drawing;

    private NvmlLibrary(nint library)
    {
        _count = (delegate* unmanaged<uint*, NvmlStatus>)Find(library, "nvmlDeviceGetCount_v2");
        _byIndex = (delegate* unmanaged<uint, nint*, NvmlStatus>)Find(library, "nvmlDeviceGetHandleByIndex_v2");
        _memory = (delegate* unmanaged<nint, DeviceMemory*, NvmlStatus>)Find(library, "nvmlDeviceGetMemoryInfo");

        // Version 2 and 3 differ in what they say of GPUs that are split in parts, not in the form they say it in.
        _computing = (delegate* unmanaged<nint, uint*, ProcessUse*, NvmlStatus>)Find(library, "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2");
        _drawing = (delegate* unmanaged<nint, uint*, ProcessUse*, NvmlStatus>)Find(library, "nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2");
    }

    /// <summary>Null when there is no such library, or its driver does not run, or is of another version.</summary>
    /// <param name="names">Where to look instead of the usual place.</param>
    public static NvmlLibrary? TryLoad(params IReadOnlyList<string> names)
    {
        foreach (var name in names is [] ? Names : names)
        {
            if (NativeLibrary.TryLoad(name, out var library)
                && Find(library, "nvmlInit_v2") is var init && init != 0
                && ((delegate* unmanaged<NvmlStatus>)init)() == NvmlStatus.Success)
            {
                // Neither shut down nor unloaded: it is wanted for as long as the program runs.
                return new NvmlLibrary(library);
            }
        }

        return null;
    }

    public NvmlStatus DeviceCount(out int count)
    {
        uint found = 0;
        var status = _count == null ? NvmlStatus.FunctionNotFound : _count(&found);
        count = (int)found;
        return status;
    }

    public NvmlStatus MemoryOf(int device, out long total, out long free)
    {
        (total, free) = (0, 0);
        if (_memory == null)
        {
            return NvmlStatus.FunctionNotFound;
        }

        var status = HandleOf(device, out var handle);
        if (status != NvmlStatus.Success)
        {
            return status;
        }

        DeviceMemory memory;
        status = _memory(handle, &memory);
        if (status == NvmlStatus.Success)
        {
            (total, free) = ((long)memory.Total, (long)memory.Free);
        }

        return status;
    }

    public NvmlStatus ProcessesOn(int device, bool graphics, out IReadOnlyList<NvmlProcess> processes)
    {
        processes = [];
        var list = graphics ? _drawing : _computing;
        if (list == null)
        {
            return NvmlStatus.FunctionNotFound;
        }

        var status = HandleOf(device, out var handle);
        var room = RoomForMore;
        for (var tries = 0; status == NvmlStatus.Success && tries < Tries; tries++)
        {
            var uses = new ProcessUse[room];
            var count = (uint)room;
            fixed (ProcessUse* first = uses)
            {
                status = list(handle, &count, first);
            }

            if (status != NvmlStatus.InsufficientSize)
            {
                processes = status == NvmlStatus.Success ? [.. uses.Take((int)count).Select(use => use.Told())] : [];
                return status;
            }

            room = (int)count + RoomForMore;
            status = NvmlStatus.Success;
        }

        return status == NvmlStatus.Success ? NvmlStatus.InsufficientSize : status;
    }

    /// <summary>The first of the functions that the library has; 0 when it has none of them.</summary>
    private static nint Find(nint library, params ReadOnlySpan<string> functions)
    {
        foreach (var function in functions)
        {
            if (NativeLibrary.TryGetExport(library, function, out var address))
            {
                return address;
            }
        }

        return 0;
    }

    private NvmlStatus HandleOf(int device, out nint handle)
    {
        nint found = 0;
        var status = _byIndex == null ? NvmlStatus.FunctionNotFound : _byIndex((uint)device, &found);
        handle = found;
        return status;
    }

    /// <summary><c>nvmlMemory_t</c>.</summary>
    internal struct DeviceMemory
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    /// <summary><c>nvmlProcessInfo_t</c>.</summary>
    internal struct ProcessUse
    {
        public uint Pid;
        public ulong Used;
        public uint GpuInstance;
        public uint ComputeInstance;

        public readonly NvmlProcess Told() => new((int)Pid, Used == NotTold ? null : (long)Used);
    }
}
