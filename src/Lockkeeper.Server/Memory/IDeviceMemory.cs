namespace Lockkeeper.Server.Memory;

/// <summary>The memory of all GPUs of one maker. Each figure is null where the driver does not tell it.</summary>
internal interface IDeviceMemory
{
    /// <summary>Whether they have memory of their own; false where they use the machine's. Asked once.</summary>
    bool HasOwnMemory { get; }

    /// <summary>Bytes of all of them.</summary>
    long? Total();

    /// <summary>Bytes free on all of them.</summary>
    long? Available();

    /// <summary>Bytes these processes have on all of them; of GPUs that use the machine's memory, what counts for no process in the figures of the system.</summary>
    /// <exception cref="IOException">It cannot be read just now.</exception>
    long? HeldBy(IReadOnlyList<int> pids);
}
