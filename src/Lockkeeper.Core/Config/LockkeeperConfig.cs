namespace Lockkeeper.Core.Config;

/// <summary>What the configuration file said, defaults filled in. One record per section; the YAML key of a property is its name in snake_case.</summary>
internal sealed record LockkeeperConfig
{
    public ServerConfig Server { get; init; } = new();

    public SchedulingConfig Scheduling { get; init; } = new();

    /// <summary>At most one pool for now, and an exclusive one.</summary>
    public IReadOnlyDictionary<string, PoolConfig> Pools { get; init; } = new Dictionary<string, PoolConfig>();

    public IReadOnlyDictionary<string, EngineConfig> Engines { get; init; } = new Dictionary<string, EngineConfig>();

    public IReadOnlyDictionary<string, ModelConfig> Models { get; init; } = new Dictionary<string, ModelConfig>();
}
