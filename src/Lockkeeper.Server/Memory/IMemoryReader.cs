using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>Memory that runs live in. Each figure is null where the system does not tell it; none is ever guessed. Total, available and use are of the same memory.</summary>
internal interface IMemoryReader
{
    /// <summary>Bytes of the whole.</summary>
    long? Total();

    /// <summary>Bytes that a new engine could take now.</summary>
    long? Available();

    /// <summary>The swap space of the machine.</summary>
    SwapUse? Swap();

    /// <summary>Processes the system has killed for want of memory since it started.</summary>
    long? Kills();

    /// <summary>What these processes have together; those that are gone already have nothing. Null also while one of them is just ending.</summary>
    /// <exception cref="IOException">It cannot be read just now, which is not the same as gone.</exception>
    MemoryUse? UseOf(IReadOnlyList<int> pids);

    /// <summary>The memory of the processors, not that of a card.</summary>
    static IMemoryReader OfThisSystem() =>
        OperatingSystem.IsLinux() ? new LinuxMemoryReader()
        : OperatingSystem.IsMacOS() ? new MacMemoryReader()
        : OperatingSystem.IsWindows() ? new WindowsMemoryReader()
        : new UnknownMemoryReader();
}
