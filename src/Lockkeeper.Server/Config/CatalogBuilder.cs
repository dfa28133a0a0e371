using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Config;

/// <summary>Makes the catalog from a configuration without problems: presets expanded, paths absolute.</summary>
internal static class CatalogBuilder
{
    public static ModelCatalog Build(LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets) =>
        ModelCatalog.Of(config.Models.Select(named => Model(named.Key, named.Value, config, new Expansion(config.Engines[named.Value.Engine], folder, presets))));

    private static ModelSpec Model(string id, ModelConfig model, LockkeeperConfig config, Expansion engine) => new()
    {
        Id = new ModelId(id),
        Engine = Engine(model, config, engine),
        Path = model.Path is { } path ? engine.PathOf(path) : null,
        Type = model.Type ?? ModelType.Chat,
        Enabled = model.Enabled,
        Capabilities = [.. model.Capabilities],
        Quantization = model.Quantization,
        Values = PlaceholderValues.Of(id, model with { MaxConcurrency = model.MaxConcurrency ?? engine.Whole.MaxConcurrency }, engine.PathOf),
        Shape = RequestShape.Of(Shaping(model)),
        WarmUp = model.WarmUp,
        Aliases = [.. model.Aliases],
        ContextLength = model.ContextLength,
        MaxConcurrency = model.MaxConcurrency ?? engine.Whole.MaxConcurrency ?? 1,
        Priority = model.Priority,
        Pool = config.PoolOf(model),
        Memory = model.Memory?.Bytes,
        Pinned = model.Pinned,
        Preload = model.Preload,
        IdleTimeout = model.IdleTimeout.Value,
        MaxTokensUnderPressure = PressureSetup.Caps(model.MaxTokensUnderPressure),
        RequestTimeout = model.RequestTimeout,
        MaxDuration = (model.MaxDuration ?? config.Scheduling.MaxDuration).Value,
    };

    private static RequestShaping Shaping(ModelConfig model) => new()
    {
        Defaults = model.Defaults,
        Set = model.Set,
        Strip = [.. model.Strip],
        Clamp = model.Clamp,
        ChatTemplateKwargs = model.ChatTemplateKwargs,
        Thinking = model.Thinking.Enabled,
        ThinkingOffBelow = model.Thinking.OffBelowMaxTokens,
        MaxPromptChars = model.MaxPromptChars,
    };

    /// <remarks>An engine inherits Lockkeeper's environment, but not the keys of clients that are in it: it could act as any of them.</remarks>
    private static EngineSpec Engine(ModelConfig model, LockkeeperConfig config, Expansion engine)
    {
        var whole = engine.Whole;
        var isProcess = whole.Lifecycle is null or Lifecycle.Process;
        var spec = new EngineSpec { Name = model.Engine, Preset = whole.Preset, Command = isProcess ? Command(model, engine) : [] };
        return spec with
        {
            Lifecycle = whole.Lifecycle ?? spec.Lifecycle,
            Url = whole.Url is { } url ? new Uri(url) : null,
            PriorityField = whole.PriorityField ?? spec.PriorityField,
            Environment = config.Server.ApiKeys.Where(key => key.Key.Place == KeyPlace.Environment).ToImmutableDictionary(key => key.Key.Value, string? (_) => null)
                .SetItems((whole.Env ?? new Dictionary<string, string>()).Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value))),
            WorkingDirectory = whole.Cwd is { } cwd ? engine.Folder.Resolve(cwd) : null,
            Unit = whole.Unit,
            UnitScope = whole.UnitScope ?? spec.UnitScope,
            Ready = new ReadyRule
            {
                Path = whole.Ready?.Path ?? spec.Ready.Path,
                Json = whole.Ready?.Json,
                ContainsModel = whole.Ready?.ContainsModel ?? false,
                Completion = whole.Ready?.Completion ?? false,
            },
            Stop = whole.Stop ?? spec.Stop,
            Load = whole.Load,
            Unload = whole.Unload,
            List = whole.List,
            Dialects = whole.Dialects is { } dialects ? [.. dialects] : spec.Dialects,
            Capabilities = [.. whole.Capabilities ?? []],
            Sleep = whole.Sleep ?? spec.Sleep,
            HealthLies = whole.HealthLies ?? spec.HealthLies,
            MaxLoaded = whole.MaxLoaded ?? (whole.Lifecycle == Lifecycle.Api ? 1 : null),
            LogFile = whole.LogFile is { } log ? engine.Folder.Resolve(log) : null,
            StartTimeout = whole.StartTimeout ?? spec.StartTimeout,
            StopTimeout = whole.StopTimeout ?? spec.StopTimeout,
        };
    }

    private static ImmutableArray<string> Command(ModelConfig model, Expansion engine)
    {
        string[] added = [.. engine.Whole.Args ?? [], .. model.Args];
        if (engine.Written.Command is { } command)
        {
            return [engine.Folder.ResolveProgram(command[0]), .. command.Skip(1), .. added];
        }

        var values = PlaceholderValues.Of("id", model with { MaxConcurrency = model.MaxConcurrency ?? engine.Whole.MaxConcurrency }, path => path);
        var given = engine.Preset!.WhenGiven.Where(group => group.SelectMany(Placeholders.In).All(placeholder => values.ContainsKey(placeholder.Trim('{', '}'))));
        return [.. engine.Whole.Command!, .. given.SelectMany(group => group), .. added];
    }

    /// <summary>An engine's section, and what its preset adds.</summary>
    private sealed record Expansion(EngineConfig Written, ConfigFolder Folder, IReadOnlyDictionary<string, EnginePreset> Presets)
    {
        public EnginePreset? Preset { get; } = Written.Preset is { } known ? Presets[known] : null;

        /// <summary>In a cloud it is no path of this machine, but the name the model has there.</summary>
        public string PathOf(string path) => Whole.Lifecycle == Lifecycle.Cloud ? path : Folder.Resolve(path);

        public EngineConfig Whole => Preset is null ? Written : Written.Over(Preset.Engine);
    }
}
