using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Catalog;

/// <summary>Which folders are looked through, and what becomes of what is found.</summary>
internal sealed record DiscoveryPlan
{
    private readonly LockkeeperConfig _config;
    private readonly ConfigFolder _folder;
    private readonly IReadOnlyDictionary<string, EnginePreset> _presets;

    private DiscoveryPlan(LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets) => (_config, _folder, _presets) = (config, folder, presets);

    /// <summary>What engines want of us.</summary>
    public EngineSecrets Secrets { get; init; } = EngineSecrets.None;

    /// <summary>The folders, those of the configuration first.</summary>
    public ImmutableArray<Root> Roots { get; private init; } = [];

    /// <summary>Paths of the configured models that may be files of this machine.</summary>
    public IEnumerable<string> ConfiguredPaths => _config.Models.Values.Select(model => model.Path).OfType<string>().Select(_folder.Resolve);

    /// <summary>The engines that are asked which models they have, in the order of the configuration.</summary>
    public IEnumerable<AskedList> Lists =>
        from engine in _config.Engines
        let question = AllModels.QuestionTo(engine.Value.Whole(_presets))
        where question is not null
        select new AskedList(engine.Key, CatalogBuilder.Engine(engine.Key, _config, _folder, _presets, Secrets), question);

    /// <summary>The first engine that is an Ollama; null for none.</summary>
    public EngineSpec? Ollama => _config.Engines.Where(engine => engine.Value.Whole(_presets).Lifecycle == Lifecycle.Ollama)
        .Select(engine => CatalogBuilder.Engine(engine.Key, _config, _folder, _presets, Secrets)).FirstOrDefault();

    /// <summary>Key of the engine that fetches models by their names in the hub; null for none.</summary>
    public string? Puller => _config.Discover.Where(entry => entry.AutoPull).Select(entry => entry.Engines.Mlx ?? entry.Engines.Safetensors).FirstOrDefault(engine => engine is not null);

    /// <summary>
    /// The folders of the configuration, and those of the environment: <c>LOCKKEEPER_MODELS</c> (several, separated as in <c>PATH</c>), <c>MLX_MODEL_DIR</c> and the <c>hub</c> in <c>HF_HOME</c>.
    /// The latter are served by the engines of the first <c>discover:</c> entry; where there is none, each kind by the first engine whose preset loads it.
    /// </summary>
    public static DiscoveryPlan Of(LockkeeperConfig config, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets, Func<string, string?> environment)
    {
        var engines = config.Discover.Count > 0 ? config.Discover[0].Engines : ByPreset(config, presets);
        string?[] ofEnvironment =
        [
            .. (environment("LOCKKEEPER_MODELS") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            environment("MLX_MODEL_DIR"),
            environment("HF_HOME") is { Length: > 0 } home ? Path.Combine(home, "hub") : null,
        ];
        var roots = config.Discover.Select(entry => new Root(folder.Resolve(entry.Path), entry.Engines))
            .Concat(ofEnvironment.Where(path => !string.IsNullOrWhiteSpace(path)).Select(path => new Root(folder.Resolve(path!), engines)))
            .Where(root => root.ServesAny);
        return new DiscoveryPlan(config, folder, presets) { Roots = [.. roots.DistinctBy(root => root.Path)] };
    }

    /// <summary>The configured models, with what is known of their files.</summary>
    /// <param name="files">What the files at a path tell; null where that is not known.</param>
    public ModelCatalog Configured(Func<string, ReadModel?> files) => CatalogBuilder.Build(_config, _folder, _presets, Secrets, files);

    /// <summary>A found model as it is served.</summary>
    public ModelSpec Serve(FoundModel model, string engine) =>
        CatalogBuilder.Unlisted(model.Id, new ModelConfig { Engine = engine, Path = model.Path }, _config, _folder, _presets, Secrets, model.Read);

    /// <summary>A model of the hub that its engine fetches by name.</summary>
    public ModelSpec Pull(string name, string engine) => CatalogBuilder.Unlisted(name, new ModelConfig { Engine = engine, Path = name }, _config, _folder, _presets, Secrets, null);

    /// <summary>A model that an engine lists, as it is served. What Ollama calls <c>name:latest</c> is asked for as <c>name</c> too.</summary>
    public ModelSpec List(ListedModel model, AskedList list)
    {
        const string DefaultTag = ":latest";
        var abilities = model.Card?.Abilities;
        var written = new ModelConfig
        {
            Engine = list.Key,
            Type = abilities is { OnlyEmbeds: true } ? ModelType.Embedding : model.Type,
            Capabilities = abilities?.Capabilities ?? [],
            Quantization = model.Quantization,
        };
        var spec = CatalogBuilder.Unlisted(model.Name, written, _config, _folder, _presets, Secrets, null) with { Facts = model.Card?.ToFacts(model.Size, model.Quantization) };
        return list.Engine.Lifecycle == Lifecycle.Ollama && model.Name.EndsWith(DefaultTag, StringComparison.Ordinal) ? spec with { Aliases = [model.Name[..^DefaultTag.Length]] } : spec;
    }

    private static DiscoverEnginesConfig ByPreset(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        string? First(ModelFormat format) => config.Engines
            .Where(engine => engine.Value.Preset is { } preset && presets.TryGetValue(preset, out var known) && known.Loads.Contains(format))
            .Select(engine => engine.Key).FirstOrDefault();
        return new DiscoverEnginesConfig { Gguf = First(ModelFormat.Gguf), Mlx = First(ModelFormat.Mlx), Safetensors = First(ModelFormat.Safetensors) };
    }

    /// <param name="Path">Absolute.</param>
    /// <param name="Engines">Keys of engines, by what they load.</param>
    internal sealed record Root(string Path, DiscoverEnginesConfig Engines)
    {
        public bool ServesAny => (Engines.Gguf ?? Engines.Mlx ?? Engines.Safetensors) is not null;

        /// <summary>Key of the engine for a kind of files; null when there is none, and they are not listed.</summary>
        public string? EngineFor(ModelFormat format) => format switch
        {
            ModelFormat.Gguf => Engines.Gguf,
            ModelFormat.Mlx => Engines.Mlx,
            _ => Engines.Safetensors,
        };
    }
}
