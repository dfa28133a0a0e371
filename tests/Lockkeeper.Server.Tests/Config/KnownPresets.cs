using Lockkeeper.Core.Config;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>The presets as an installed program sees them, wherever the tests run.</summary>
internal static class KnownPresets
{
    public static readonly IReadOnlyDictionary<string, EnginePreset> All = EnginePresets.Of(["lockkeeper"]);
}
