namespace Lockkeeper.Core.Config;

/// <summary>Memory that instances share: one GPU, or unified memory.</summary>
internal sealed record PoolConfig
{
    /// <summary><c>exclusive</c>: one instance at a time.</summary>
    /// <value>Default <c>exclusive</c>.</value>
    public string Policy { get; init; } = "exclusive";

    /// <summary>How long a swap waits at most for the memory of a stopped engine to come back.</summary>
    /// <value>Default 25 s.</value>
    [Between("0s", "10m")]
    public TimeSpan SettleTimeout { get; init; } = TimeSpan.FromSeconds(25);
}
