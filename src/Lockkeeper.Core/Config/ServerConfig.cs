namespace Lockkeeper.Core.Config;

/// <summary>The address Lockkeeper serves on, and the limits of a connection.</summary>
internal sealed record ServerConfig
{
    /// <summary>URL to serve on. Loopback only.</summary>
    /// <value>Default <c>http://127.0.0.1:5590</c>; port 0 takes a free one.</value>
    public string Listen { get; init; } = "http://127.0.0.1:5590";

    /// <summary>How long requests in flight may go on after SIGINT or SIGTERM.</summary>
    /// <value>Default 10 s.</value>
    [Between("0s", "1h")]
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest request body accepted; a larger one is 413.</summary>
    /// <value>Default 256 MiB.</value>
    [Between("1KiB", "4GiB")]
    public ByteSize MaxBody { get; init; } = ByteSize.FromMebibytes(256);
}
