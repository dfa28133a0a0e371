namespace Lockkeeper.Core.Simulation;

/// <summary>
/// Random numbers from a seed (SplitMix64), the same on every platform and for ever; the generator of the base library promises neither.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>At least 0 and below 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>At least 0 and below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Fraction() * count);

    /// <summary>A time of that mean, as long as its past tells nothing of its future. To the millisecond: a logarithm may differ in its last bit between machines.</summary>
    public TimeSpan Exponential(TimeSpan mean) => TimeSpan.FromMilliseconds(Math.Round(-mean.TotalMilliseconds * Math.Log(1 - Fraction())));

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
