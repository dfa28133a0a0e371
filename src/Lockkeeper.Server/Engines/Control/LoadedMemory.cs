using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Engines.Control;

/// <summary>What a model holds in a process that is not ours: what the engine says, and what became less while it was loaded.</summary>
internal sealed class LoadedMemory(IMemoryReader memory, long? configured, Action<long> measured)
{
    private const long WorthTelling = 16 * 1024 * 1024;

    private long? _before;
    private long? _taken;
    private long? _said;
    private long _told;

    /// <summary>Bytes that are to come back; null when nobody knows.</summary>
    public long? Held => (_said, _taken) switch
    {
        // What others took meanwhile is in the difference too, and what is mapped from files is in the engine's figure: the smaller is nearer.
        ({ } said, { } taken) => Math.Min(said, taken),
        ({ } said, null) => said,
        (null, { } taken) => configured is { } most ? Math.Min(taken, most) : taken,
        _ => configured,
    };

    /// <summary>All it has, as far as it is known.</summary>
    public long? Footprint => _said ?? _taken;

    /// <summary>Before it is loaded.</summary>
    public void Before() => _before = Available();

    /// <summary>When it is loaded.</summary>
    public void After()
    {
        if (_before is { } before && Available() is { } now)
        {
            _taken = Math.Max(0, before - now);
            Tell();
        }
    }

    /// <summary>What the engine says of it.</summary>
    public void Listed(ListedModel listed)
    {
        if (listed.Size is { } size)
        {
            _said = Math.Max(size, listed.SizeOnDevice ?? 0);
            Tell();
        }
    }

    /// <summary>What the wait for it to come back begins with.</summary>
    public HeldMemory.Mark? BeforeItGoes() => Held is { } held && Available() is { } available ? new HeldMemory.Mark(new MemoryUse(held, Footprint ?? held), available) : null;

    private void Tell()
    {
        if (Footprint is { } bytes && bytes >= WorthTelling && Math.Abs(bytes - _told) >= Math.Max(WorthTelling, _told / 100))
        {
            _told = bytes;
            measured(bytes);
        }
    }

    private long? Available()
    {
        try
        {
            return memory.Available();
        }
        catch (IOException)
        {
            return null; // no descriptor is free just now
        }
    }
}
