namespace Lockkeeper.Server.Memory;

/// <summary>The memory of this machine. Each figure is null where the system does not tell it; none is ever guessed.</summary>
internal interface IMemoryReader
{
    /// <summary>Bytes of the whole.</summary>
    long? Total();

    /// <summary>Bytes that a new engine could take now.</summary>
    long? Available();

    /// <summary>Bytes that come back when these processes die; those that are gone already hold none. Null also while one of them is just ending.</summary>
    /// <exception cref="IOException">It cannot be read just now, which is not the same as gone.</exception>
    long? HeldBy(IReadOnlyList<int> pids);

    static IMemoryReader OfThisSystem() => OperatingSystem.IsLinux() ? new LinuxMemoryReader() : new UnknownMemoryReader();
}
