namespace Lockkeeper.Core.Memory;

/// <summary>The swap space of a machine.</summary>
/// <param name="Total">Bytes there are; 0 when there is none.</param>
/// <param name="Used">Bytes in use.</param>
internal readonly record struct SwapUse(long Total, long Used)
{
    /// <summary>From 0 to 1; 0 when there is none.</summary>
    public double Share => Total > 0 ? (double)Used / Total : 0;
}
