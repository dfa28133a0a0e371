namespace Lockkeeper.Core.Config;

/// <summary>How an engine is seen to be ready.</summary>
internal sealed record ReadyConfig
{
    /// <summary>Path that answers 2xx once the engine is ready.</summary>
    /// <value>Default <c>/health</c>.</value>
    public string Path { get; init; } = "/health";
}
