namespace Lockkeeper.Server.Memory;

/// <summary>For systems whose memory Lockkeeper cannot read yet: it waits for nothing there, and says so.</summary>
internal sealed class UnknownMemoryReader : IMemoryReader
{
    public long? Total() => null;

    public long? Available() => null;

    public long? HeldBy(IReadOnlyList<int> pids) => null;
}
