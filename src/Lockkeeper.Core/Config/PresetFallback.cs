namespace Lockkeeper.Core.Config;

/// <summary>Another preset that serves while a preset's own program is not installed.</summary>
internal sealed record PresetFallback
{
    /// <summary>Name of the other one.</summary>
    public required string Preset { get; init; }

    /// <summary>What it does not have, for the log: completes "without …".</summary>
    public required string Without { get; init; }
}
