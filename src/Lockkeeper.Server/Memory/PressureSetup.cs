using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>What the configuration means to <see cref="Pressure"/>.</summary>
internal static class PressureSetup
{
    public static PressureThresholds Thresholds(PressureConfig config) => new()
    {
        Moderate = Threshold(config.Moderate),
        High = Threshold(config.High),
        Critical = Threshold(config.Critical),
    };

    public static ImmutableDictionary<PressureLevel, int> Caps(MaxTokensConfig config)
    {
        (PressureLevel Level, int? Tokens)[] caps =
            [(PressureLevel.Normal, config.Normal), (PressureLevel.Moderate, config.Moderate), (PressureLevel.High, config.High), (PressureLevel.Critical, config.Critical)];
        return caps.Where(cap => cap.Tokens is not null).ToImmutableDictionary(cap => cap.Level, cap => cap.Tokens!.Value);
    }

    private static PressureThreshold Threshold(PressureBoundsConfig bounds) => new(
        bounds.Available.Size is { } size ? MemoryBound.Of(size.Bytes) : MemoryBound.Of(bounds.Available.Share.Value / 100),
        bounds.SwapUsed.Value / 100);
}
