using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Tests.Memory;

/// <summary>NVIDIA's library as it was seen to answer on one machine.</summary>
internal sealed class RecordedNvml : INvml
{
    public NvmlStatus CountStatus { get; set; }

    public required IReadOnlyList<Device> Devices { get; set; }

    public NvmlStatus DeviceCount(out int count)
    {
        count = CountStatus == NvmlStatus.Success ? Devices.Count : 0;
        return CountStatus;
    }

    public NvmlStatus MemoryOf(int device, out long total, out long free)
    {
        (total, free) = (Devices[device].Total, Devices[device].Free);
        return Devices[device].MemoryStatus;
    }

    public NvmlStatus ProcessesOn(int device, bool graphics, out IReadOnlyList<NvmlProcess> processes)
    {
        var (status, listed) = graphics ? Devices[device].Drawing : Devices[device].Computing;
        processes = status == NvmlStatus.Success ? listed : [];
        return status;
    }

    internal sealed record Device(long Total, long Free)
    {
        public NvmlStatus MemoryStatus { get; init; }

        public (NvmlStatus Status, IReadOnlyList<NvmlProcess> Processes) Computing { get; init; } = (NvmlStatus.Success, []);

        public (NvmlStatus Status, IReadOnlyList<NvmlProcess> Processes) Drawing { get; init; } = (NvmlStatus.Success, []);
    }
}
