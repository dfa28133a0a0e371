namespace Lockkeeper.Core.Memory;

/// <summary>Where each level of pressure begins.</summary>
internal sealed record PressureThresholds
{
    public static PressureThresholds Default { get; } = new();

    public PressureThreshold Moderate { get; init; } = new(MemoryBound.Of(0.20), null);

    public PressureThreshold High { get; init; } = new(MemoryBound.Of(0.10), 0.75);

    public PressureThreshold Critical { get; init; } = new(MemoryBound.Of(0.05), 0.90);

    /// <summary>Where <paramref name="level"/> begins; normal is below all of them.</summary>
    public PressureThreshold? Of(PressureLevel level) => level switch
    {
        PressureLevel.Moderate => Moderate,
        PressureLevel.High => High,
        PressureLevel.Critical => Critical,
        _ => null,
    };
}

/// <summary>A level begins where either of the two is reached.</summary>
/// <param name="AvailableBelow">Available memory below this; null for not by that.</param>
/// <param name="SwapAbove">Share of the swap space in use above this, from 0 to 1; null for not by that.</param>
internal readonly record struct PressureThreshold(MemoryBound? AvailableBelow, double? SwapAbove);

/// <summary>An amount of memory: so many bytes, or a share of what the machine has.</summary>
internal readonly record struct MemoryBound
{
    private readonly long _bytes;
    private readonly double? _share;

    private MemoryBound(long bytes, double? share) => (_bytes, _share) = (bytes, share);

    public static MemoryBound Of(long bytes) => new(bytes, null);

    /// <param name="share">From 0 to 1.</param>
    public static MemoryBound Of(double share) => new(0, share);

    /// <summary>Bytes; null when it is a share of a total nobody knows.</summary>
    public long? In(long? total) => _share is not { } share ? _bytes : total is { } known ? (long)(share * known) : null;
}
