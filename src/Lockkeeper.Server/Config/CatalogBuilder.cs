using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Config;

/// <summary>Makes the catalog from a configuration without problems: presets expanded, paths absolute.</summary>
internal static class CatalogBuilder
{
    public static ModelCatalog Build(LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets) =>
        ModelCatalog.Of(config.Models.Select(named => Model(named.Key, named.Value, config.Engines[named.Value.Engine], folder, presets)));

    private static ModelSpec Model(string id, ModelConfig model, EngineConfig engine, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets) => new()
    {
        Id = new ModelId(id),
        Engine = Engine(model, engine, folder, presets),
        Path = model.Path is { } path ? folder.Resolve(path) : null,
        Aliases = [.. model.Aliases],
        ContextLength = model.ContextLength,
        MaxConcurrency = model.MaxConcurrency,
        Priority = model.Priority,
    };

    private static EngineSpec Engine(ModelConfig model, EngineConfig engine, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var preset = engine.Preset is { } known ? presets[known] : null;
        var whole = preset is null ? engine : engine.Over(preset.Engine);
        var spec = new EngineSpec { Name = model.Engine, Command = Command(model, engine, whole, preset, folder) };
        return spec with
        {
            Environment = (whole.Env ?? new Dictionary<string, string>()).ToImmutableDictionary(variable => variable.Key, string? (variable) => variable.Value),
            WorkingDirectory = whole.Cwd is { } cwd ? folder.Resolve(cwd) : null,
            ReadyPath = whole.Ready?.Path ?? spec.ReadyPath,
            StartTimeout = whole.StartTimeout ?? spec.StartTimeout,
            StopTimeout = whole.StopTimeout ?? spec.StopTimeout,
        };
    }

    private static ImmutableArray<string> Command(ModelConfig model, EngineConfig engine, EngineConfig whole, EnginePreset? preset, ConfigFolder folder)
    {
        if (engine.Command is { } command)
        {
            return [folder.ResolveProgram(command[0]), .. command.Skip(1)];
        }

        var given = preset!.WhenGiven.Where(group => group.SelectMany(Placeholders.In).All(placeholder => Placeholders.HasValue(placeholder, model)));
        return [.. whole.Command!, .. given.SelectMany(group => group)];
    }
}
