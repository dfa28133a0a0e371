using System.Collections.Frozen;
using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Presets;

/// <summary>The kinds of engine that need no command of one's own.</summary>
internal static class EnginePresets
{
    public static FrozenDictionary<string, EnginePreset> Known { get; } = Of(OwnExecutable.Command);

    /// <param name="self">How this program starts itself again, for the engine that is part of it.</param>
    public static FrozenDictionary<string, EnginePreset> Of(ImmutableArray<string> self) => new[] { Builtin(self) }.ToFrozenDictionary(preset => preset.Name);

    private static EnginePreset Builtin(ImmutableArray<string> self) => new()
    {
        Name = "builtin",
        Engine = new EngineConfig
        {
            Lifecycle = Lifecycle.Process,
            Command = [.. self, "engine", "--model", Placeholders.Path, "--port", Placeholders.Port, "--alias", Placeholders.Id],
            Ready = new ReadyConfig { Path = "/health" },
        },
        Loads = [ModelFormat.Gguf],
        WhenGiven = [["--ctx-size", Placeholders.ContextLength]],
    };
}
