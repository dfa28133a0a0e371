namespace Lockkeeper.Core.Config;

/// <summary>A folder whose models are served without being listed one by one. Watched: what is dropped in is there, what is removed is gone.</summary>
internal sealed record DiscoverConfig
{
    /// <summary>The folder; <c>~</c> is the home folder, a relative path starts at the configuration file.</summary>
    [WithVariables]
    public required string Path { get; init; }

    /// <summary>Which engine serves what is found.</summary>
    public DiscoverEnginesConfig Engines { get; init; } = new();

    /// <summary>Whether a model <c>org/name</c> that nobody has is handed to the engine by that name, for engines that fetch it from the hub themselves.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool AutoPull { get; init; }
}

/// <summary>Keys of engines, by the kind of file they load. A kind without an engine is not listed.</summary>
internal sealed record DiscoverEnginesConfig
{
    /// <summary>For GGUF files.</summary>
    public string? Gguf { get; init; }

    /// <summary>For MLX folders.</summary>
    public string? Mlx { get; init; }

    /// <summary>For other folders of safetensors.</summary>
    public string? Safetensors { get; init; }
}
