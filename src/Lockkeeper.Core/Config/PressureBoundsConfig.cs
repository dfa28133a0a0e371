namespace Lockkeeper.Core.Config;

/// <summary>The bounds of one level of pressure; what is left out keeps the default of that level, which <see cref="PressureConfig"/> knows.</summary>
internal sealed record PressureBoundsConfig
{
    /// <summary>The level is reached when less than this is available.</summary>
    public SizeOrPercent Available { get; init; }

    /// <summary>The level is reached when more than this of the swap space is in use.</summary>
    public Percent SwapUsed { get; init; }
}
