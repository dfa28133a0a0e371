using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Config;

/// <summary>Makes the catalog from a configuration without problems: presets expanded, paths absolute.</summary>
internal static class CatalogBuilder
{
    /// <param name="config">The configuration.</param>
    /// <param name="folder">Where its relative paths begin.</param>
    /// <param name="presets">The presets there are.</param>
    /// <param name="secrets">What engines want of us; null for nothing.</param>
    /// <param name="files">What the files at an absolute path tell, null where that is not known; null when no files are read.</param>
    public static ModelCatalog Build(
        LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets, EngineSecrets? secrets = null, Func<string, ReadModel?>? files = null) =>
        ModelCatalog.Of(config.Models.Select(named =>
        {
            var engine = new Expansion(config.Engines[named.Value.Engine], folder, presets) { Secrets = secrets ?? EngineSecrets.None };
            return Model(named.Key, named.Value, config, engine, named.Value.Path is { } path ? files?.Invoke(folder.Resolve(path)) : null);
        }));

    /// <summary>A model that nobody has listed, made as one that says no more than its engine and its path.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="written">Engine and path; a relative path is the engine's affair, and stays as it is.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="folder">Where the relative paths of its engine begin.</param>
    /// <param name="presets">The presets there are.</param>
    /// <param name="secrets">What engines want of us.</param>
    /// <param name="read">What its files tell; null for none.</param>
    public static ModelSpec Unlisted(
        string id, ModelConfig written, LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets, EngineSecrets secrets, ReadModel? read)
    {
        var spec = Model(id, written, config, new Expansion(config.Engines[written.Engine], folder, presets) { AsWritten = !Path.IsPathRooted(written.Path), Secrets = secrets }, read);
        return spec with { Discovered = true };
    }

    /// <summary>What is written comes before what the files tell.</summary>
    private static ModelSpec Model(string id, ModelConfig written, LockkeeperConfig config, Expansion engine, ReadModel? read)
    {
        if (read is not { Facts: var facts })
        {
            return Model(id, written, config, engine);
        }

        var model = written with
        {
            Type = written.Type ?? facts.Type,
            Quantization = written.Quantization ?? facts.Quantization,
            Mmproj = written.Mmproj ?? read.Mmproj,
        };
        var told = written.Type is null || written.Type == facts.Type ? facts.Capabilities : [];
        return Model(id, model, config, engine) with
        {
            Capabilities = written.Capabilities.Count > 0 ? [.. written.Capabilities] : told,
            Facts = facts,
            MemoryEstimate = MemoryEstimate.Of(facts, written.ContextLength, written.CacheTypeK, written.CacheTypeV).Total,
        };
    }

    private static ModelSpec Model(string id, ModelConfig model, LockkeeperConfig config, Expansion engine)
    {
        var values = PlaceholderValues.Of(id, model with { MaxConcurrency = model.MaxConcurrency ?? engine.Whole.MaxConcurrency }, path => engine.AsWritten ? path : engine.Folder.Resolve(path));
        return new ModelSpec
        {
            Id = new ModelId(id),
            Engine = Engine(model, config, engine),
            Path = model.Path is { } path && !engine.AsWritten ? engine.Folder.Resolve(path) : null,
            RequestModel = model.RequestModel ?? (engine.Whole.RequestModel is { } named ? Placeholders.Fill(named, placeholder => values.GetValueOrDefault(placeholder.Trim('{', '}'), id)) : null),
            Type = model.Type ?? ModelType.Chat,
            Enabled = model.Enabled,
            Capabilities = [.. model.Capabilities],
            Quantization = model.Quantization,
            Values = values,
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
    }

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

    /// <remarks>An engine inherits Lockkeeper's environment, but not the keys of clients and of other engines that are in it: it could act as any of them.</remarks>
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
            Environment = config.Server.ApiKeys.Where(key => key.Key.Place == KeyPlace.Environment).Select(key => key.Key.Value).Concat(engine.Secrets.VariablesNotFor(model.Engine)).Distinct()
                .ToImmutableDictionary(name => name, string? (_) => null)
                .SetItems((whole.Env ?? new Dictionary<string, string>()).Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value))),
            WorkingDirectory = whole.Cwd is { } cwd ? engine.Folder.Resolve(cwd) : null,
            Unit = whole.Unit,
            UnitScope = whole.UnitScope ?? spec.UnitScope,
            ApiKey = engine.Secrets.KeyOf(model.Engine),
            ControlHeaders = engine.Secrets.HeadersOf(model.Engine),
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
        /// <summary>Whether the model's path is a name for the engine, and no file of this machine.</summary>
        public bool AsWritten { get; init; }

        public EnginePreset? Preset { get; } = Written.Preset is { } known ? Presets[known] : null;

        public EngineSecrets Secrets { get; init; } = EngineSecrets.None;

        public EngineConfig Whole => Preset is null ? Written : Written.Over(Preset.Engine);
    }
}
