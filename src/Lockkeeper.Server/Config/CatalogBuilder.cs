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
            var engine = new EngineExpansion(config.Engines[named.Value.Engine], folder, presets) { Secrets = secrets ?? EngineSecrets.None };
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
        var spec = Model(id, written, config, new EngineExpansion(config.Engines[written.Engine], folder, presets) { AsWritten = !Path.IsPathRooted(written.Path), Secrets = secrets }, read);
        return spec with { Discovered = true };
    }

    /// <summary>An engine that runs already, whatever its models.</summary>
    public static EngineSpec Engine(string key, LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets, EngineSecrets secrets) =>
        Engine(new ModelConfig { Engine = key }, config, new EngineExpansion(config.Engines[key], folder, presets) { Secrets = secrets });

    /// <summary>What is written comes before what the files tell.</summary>
    private static ModelSpec Model(string id, ModelConfig written, LockkeeperConfig config, EngineExpansion engine, ReadModel? read)
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
            Capabilities = written.Capabilities.Count > 0 ? written.Capabilities : written.Type is null || written.Type == facts.Type ? facts.Capabilities : [],
        };
        return Model(id, model, config, engine) with
        {
            Facts = facts,
            MemoryEstimate = MemoryEstimate.Of(facts, written.ContextLength, written.CacheTypeK, written.CacheTypeV).Total,
        };
    }

    private static ModelSpec Model(string id, ModelConfig written, LockkeeperConfig config, EngineExpansion engine)
    {
        var model = engine.Complete(written);
        var values = PlaceholderValues.Of(id, model, engine.Resolve).SetItem(Placeholders.NameOf(Placeholders.Scratch), StateFile.FolderOfEngine(config, engine.Folder, model.Engine));
        return Model(id, model, config) with
        {
            Engine = Engine(model, config, engine),
            Path = model.Path is { } path && !engine.IsName(path) ? engine.Resolve(path) : null,
            Values = values,
            Leaks = EngineExpansion.Leaks(model, engine.Whole),
            AskedAs = model.RequestModel ?? engine.NameIn(model.Path) ?? Placeholders.Fill(engine.Whole.RequestModel ?? "{id}", placeholder => values[Placeholders.NameOf(placeholder)]),
        };
    }

    /// <summary>Without what depends on the engine.</summary>
    private static ModelSpec Model(string id, ModelConfig model, LockkeeperConfig config) => new()
    {
        Id = new ModelId(id),
        Engine = new EngineSpec { Name = model.Engine, Command = [] },
        Type = model.Type ?? ModelType.Chat,
        Enabled = model.Enabled,
        Capabilities = [.. model.Capabilities],
        Quantization = model.Quantization,
        Shape = RequestShape.Of(Shaping(model)),
        FetchImages = model.FetchImages,
        Media = model.Media,
        StreamingFormat = model.StreamingFormat ?? StreamingFormat.Sse,
        StreamChunkTokens = model.StreamChunkTokens ?? 1,
        WarmUp = model.WarmUp,
        Aliases = [.. model.Aliases],
        ContextLength = model.ContextLength,
        MaxConcurrency = model.MaxConcurrency ?? 1,
        Priority = model.Priority,
        Pool = config.PoolOf(model),
        Memory = model.Memory?.Bytes,
        Pinned = model.Pinned,
        Preload = model.Preload,
        IdleTimeout = model.IdleTimeout.Value,
        MaxTokensUnderPressure = PressureSetup.Caps(model.MaxTokensUnderPressure),
        Price = config.PriceOf(id, model),
        MaxUsdPerDay = model.MaxUsdPerDay,
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

    /// <remarks>An engine inherits Lockkeeper's environment, but not the keys of clients and of other engines that are in it: it could act as any of them.</remarks>
    private static EngineSpec Engine(ModelConfig model, LockkeeperConfig config, EngineExpansion engine)
    {
        var whole = engine.Whole;
        var isProcess = whole.Lifecycle is null or Lifecycle.Process;
        var spec = new EngineSpec { Name = model.Engine, Preset = whole.Preset, Command = isProcess ? engine.Command(model) : [] };
        return spec with
        {
            Lifecycle = whole.Lifecycle ?? spec.Lifecycle,
            Url = whole.Url is { } url ? new Uri(url) : null,
            PriorityField = whole.PriorityField ?? spec.PriorityField,
            Environment = config.Server.ApiKeys.Where(key => key.Key.Place == KeyPlace.Environment).Select(key => key.Key.Value).Concat(engine.Secrets.VariablesNotFor(model.Engine)).Distinct()
                .ToImmutableDictionary(name => name, string? (_) => null)
                .SetItems(engine.Variables(model).Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value))),
            Fallback = isProcess ? engine.Fallback(model) : null,
            Loads = [.. engine.Loads],
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
            DialectsAreAssumed = whole.Dialects is null,
            Capabilities = [.. whole.Capabilities ?? []],
            Sleep = whole.Sleep ?? spec.Sleep,
            HealthLies = whole.HealthLies ?? spec.HealthLies,
            MaxLoaded = whole.MaxLoaded ?? (whole.Lifecycle == Lifecycle.Api ? 1 : null),
            LogFile = whole.LogFile is { } log ? engine.Folder.Resolve(log) : null,
            StartTimeout = whole.StartTimeout ?? spec.StartTimeout,
            StopTimeout = whole.StopTimeout ?? spec.StopTimeout,
        };
    }
}
