namespace Lockkeeper.Core.Config;

/// <summary>From when on a pool is short of memory, level by level. A level is reached when either of its two bounds is passed.</summary>
internal sealed record PressureConfig
{
    /// <value>Default: less than 20 % available; swap does not count, as an idle machine may have half of it in use.</value>
    public PressureBoundsConfig Moderate { get; init; } = new() { Available = SizeOrPercent.OfWhole(20), SwapUsed = new Percent(100) };

    /// <value>Default: less than 12 % available, or more than 75 % of the swap space in use.</value>
    public PressureBoundsConfig High { get; init; } = new() { Available = SizeOrPercent.OfWhole(12), SwapUsed = new Percent(75) };

    /// <value>Default: less than 6 % available, or more than 90 % of the swap space in use.</value>
    public PressureBoundsConfig Critical { get; init; } = new() { Available = SizeOrPercent.OfWhole(6), SwapUsed = new Percent(90) };
}
