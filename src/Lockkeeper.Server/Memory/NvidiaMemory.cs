namespace Lockkeeper.Server.Memory;

/// <summary>NVIDIA's GPUs, by NVML.</summary>
/// <remarks>A GPU that shares the machine's memory (GB10) does not support the question for its own. What processes have there is known all the same, and is in no figure of theirs.</remarks>
internal sealed class NvidiaMemory : IDeviceMemory
{
    private readonly INvml _nvml;
    private readonly IReadOnlyList<int> _devices;

    public NvidiaMemory(INvml nvml)
    {
        _nvml = nvml;
        var all = nvml.DeviceCount(out var count) == NvmlStatus.Success ? Enumerable.Range(0, count) : [];
        var own = all.Where(device => nvml.MemoryOf(device, out _, out _) != NvmlStatus.NotSupported).ToList();
        HasOwnMemory = own.Count > 0;
        _devices = HasOwnMemory ? own : [.. all];
    }

    public bool HasOwnMemory { get; }

    public long? Total() => SumOfMemory((total, _) => total);

    public long? Available() => SumOfMemory((_, free) => free);

    public long? HeldBy(IReadOnlyList<int> pids)
    {
        var sum = 0L;
        foreach (var device in _devices)
        {
            if (HeldOn(device, pids) is not { } held)
            {
                return null;
            }

            sum += held;
        }

        return sum;
    }

    private long? HeldOn(int device, IReadOnlyList<int> pids)
    {
        Dictionary<int, long> held = [];
        foreach (var graphics in (ReadOnlySpan<bool>)[false, true])
        {
            var status = _nvml.ProcessesOn(device, graphics, out var processes);
            if (status is NvmlStatus.NotSupported or NvmlStatus.FunctionNotFound && graphics)
            {
                // A data centre's GPU draws nothing.
                break;
            }

            if (status != NvmlStatus.Success)
            {
                return null;
            }

            foreach (var process in processes)
            {
                if (!pids.Contains(process.Pid))
                {
                    continue;
                }

                if (process.Bytes is not { } bytes)
                {
                    return null;
                }

                held[process.Pid] = Math.Max(held.GetValueOrDefault(process.Pid), bytes);
            }
        }

        return held.Values.Sum();
    }

    private long? SumOfMemory(Func<long, long, long> figure)
    {
        if (!HasOwnMemory)
        {
            return null;
        }

        var sum = 0L;
        foreach (var device in _devices)
        {
            if (_nvml.MemoryOf(device, out var total, out var free) != NvmlStatus.Success)
            {
                return null;
            }

            sum += figure(total, free);
        }

        return sum;
    }
}
