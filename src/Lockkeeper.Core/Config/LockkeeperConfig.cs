namespace Lockkeeper.Core.Config;

/// <summary>What the configuration file said, defaults filled in. One record per section; the YAML key of a property is its name in snake_case.</summary>
internal sealed record LockkeeperConfig
{
    private static readonly IReadOnlyDictionary<string, PoolConfig> OnePool = new Dictionary<string, PoolConfig> { [PoolConfig.DefaultName] = new() };

    public ServerConfig Server { get; init; } = new();

    public SchedulingConfig Scheduling { get; init; } = new();

    /// <summary>As written; whoever wants the pools there are asks <see cref="PoolsOrDefault"/>.</summary>
    public IReadOnlyDictionary<string, PoolConfig> Pools { get; init; } = new Dictionary<string, PoolConfig>();

    public IReadOnlyDictionary<string, EngineConfig> Engines { get; init; } = new Dictionary<string, EngineConfig>();

    public IReadOnlyDictionary<string, ModelConfig> Models { get; init; } = new Dictionary<string, ModelConfig>();

    /// <summary>Folders whose models are served as they are found.</summary>
    public IReadOnlyList<DiscoverConfig> Discover { get; init; } = [];

    /// <summary>What models in a cloud cost, by their ids or the names they have there.</summary>
    public IReadOnlyDictionary<string, PriceConfig> Prices { get; init; } = new Dictionary<string, PriceConfig>();

    /// <summary>Folder of further files, each with any of these sections; all <c>*.yaml</c> in it that are not hidden are read, in the order of their names. A relative path starts at the configuration file.</summary>
    /// <value>Default: none.</value>
    [WithVariables]
    public string? Include { get; init; }

    /// <summary>File of what is learned and kept across restarts; <c>~</c> is the home folder, a relative path starts at the configuration file.</summary>
    /// <value>Default: <c>lockkeeper/state.json</c> in the user's folder for state.</value>
    [WithVariables]
    public string? StateFile { get; init; }

    /// <summary>Whether <c>/api/create</c>, <c>copy</c>, <c>delete</c>, <c>push</c> and <c>blobs</c> are passed on to the first engine of lifecycle <c>ollama</c>.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool AllowDestructiveOllamaApi { get; init; }

    /// <summary>The pools there are, in the order of the file; one exclusive pool named <c>default</c> when none is written.</summary>
    public IReadOnlyDictionary<string, PoolConfig> PoolsOrDefault => Pools.Count > 0 ? Pools : OnePool;

    /// <summary>What a model costs: the price of its id, else of the name it is asked for by; null for none.</summary>
    public PriceConfig? PriceOf(string id, ModelConfig model) =>
        new[] { id, model.RequestModel, model.Path }.OfType<string>().Select(name => Prices.GetValueOrDefault(name)).FirstOrDefault(price => price is not null);

    /// <summary>Name of the pool a model lives in: its own, else its engine's, else the first.</summary>
    public string PoolOf(ModelConfig model) => model.Pool ?? Engines.GetValueOrDefault(model.Engine)?.Pool ?? PoolsOrDefault.Keys.First();
}
