namespace Lockkeeper.Core.Config;

/// <summary>How an engine is seen to be ready. Everything that is asked for must hold.</summary>
internal sealed record ReadyConfig
{
    /// <summary>Path that answers 2xx once the engine is ready.</summary>
    /// <value>Default <c>/health</c>.</value>
    public string? Path { get; init; }

    /// <summary>What the JSON of that answer must say: <c>status == ok</c>, <c>model.state == loaded</c>.</summary>
    /// <value>Default: nothing.</value>
    public string? Json { get; init; }

    /// <summary>Whether that answer must list the model, by its id, path or name.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? ContainsModel { get; init; }

    /// <summary>Whether a completion of one token must succeed too: for servers that say ready too early.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? Completion { get; init; }
}
