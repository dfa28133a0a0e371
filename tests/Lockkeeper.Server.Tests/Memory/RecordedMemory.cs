using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Tests.Memory;

/// <summary>Memory whose figures a test writes. Unless told otherwise a run holds what is written, and nothing is swapped.</summary>
internal sealed class RecordedMemory : IMemoryReader
{
    private readonly Lock _gate = new();

    public long? WholeBytes { get; set; }

    public Func<long?> OnAvailable { get; set; } = () => null;

    public SwapUse? SwapSpace { get; set; }

    public long? KillCount { get; set; }

    public Func<IReadOnlyList<int>, MemoryUse?> OnUse { get; set; } = _ => null;

    /// <summary>How often it was asked what is available.</summary>
    public int Looks { get; private set; }

    public long? Total() => WholeBytes;

    public long? Available()
    {
        lock (_gate)
        {
            Looks++;
            return OnAvailable();
        }
    }

    public SwapUse? Swap() => SwapSpace;

    public long? Kills() => KillCount;

    public MemoryUse? UseOf(IReadOnlyList<int> pids) => OnUse(pids);
}
