using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>For systems whose memory Lockkeeper cannot read: it waits for nothing there, and says so.</summary>
internal sealed class UnknownMemoryReader : IMemoryReader
{
    public long? Total() => null;

    public long? Available() => null;

    public SwapUse? Swap() => null;

    public long? Kills() => null;

    public MemoryUse? UseOf(IReadOnlyList<int> pids) => null;
}
