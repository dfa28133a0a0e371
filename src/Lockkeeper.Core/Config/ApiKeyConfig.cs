using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>One who may use this server: what the key is, and what it opens.</summary>
internal sealed record ApiKeyConfig
{
    /// <summary>What logs and the queue call it.</summary>
    public required string Name { get; init; }

    /// <summary>Where the key is, or its hash. Never the key itself.</summary>
    public required KeySource Key { get; init; }

    /// <summary>Priority of a request that names none.</summary>
    /// <value>Default: the model's.</value>
    public Priority? Priority { get; init; }

    /// <summary>The best priority its requests may have; a better one that is asked for counts as this.</summary>
    /// <value>Default none.</value>
    public Priority? MaxPriority { get; init; }

    /// <summary>Its share of a model that several keys wait for, relative to the others'.</summary>
    /// <value>Default 1.</value>
    [Between("0.01", "100")]
    public double Weight { get; init; } = 1;

    /// <summary>What it may do.</summary>
    /// <value>Default <c>[infer]</c>.</value>
    public IReadOnlyList<Scope> Scopes { get; init; } = [Scope.Infer];

    /// <summary>Ids or aliases of the models it may use.</summary>
    /// <value>Default: all.</value>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Inference requests that may be waiting or running at the same time; one more is 429.</summary>
    /// <value>Default none.</value>
    [Between("1", "100000")]
    public int? MaxConcurrent { get; init; }

    /// <summary>Inference requests in any 60 s; one more is 429 with <c>Retry-After</c>.</summary>
    /// <value>Default none.</value>
    [Between("1", "100000")]
    public int? RequestsPerMinute { get; init; }
}
