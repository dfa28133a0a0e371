namespace Lockkeeper.Core.Config;

/// <summary>The address Lockkeeper serves on, who may use it, and the limits of a connection.</summary>
internal sealed record ServerConfig
{
    /// <summary>URL to serve on. An address beyond loopback needs <see cref="ApiKeys"/> or <see cref="AllowAnonymous"/>.</summary>
    /// <value>Default <c>http://127.0.0.1:5590</c>; port 0 takes a free one.</value>
    [WithVariables]
    public string Listen { get; init; } = "http://127.0.0.1:5590";

    /// <summary>Who may use it, and how. Without any, everybody on this machine may do everything.</summary>
    public IReadOnlyList<ApiKeyConfig> ApiKeys { get; init; } = [];

    /// <summary>Whether requests without a key are served too, with the scope <c>infer</c>.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool AllowAnonymous { get; init; }

    /// <summary>Names that a request may address this server by, besides loopback and the address it listens on; <c>*</c> for any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins of web pages that may use this server, as in <c>https://chat.example.org</c>; <c>*</c> for any. Pages of this machine always may.</summary>
    public IReadOnlyList<string> Cors { get; init; } = [];

    /// <summary>How long requests in flight may go on after SIGINT or SIGTERM.</summary>
    /// <value>Default 10 s.</value>
    [Between("0s", "1h")]
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest request body accepted; a larger one is 413.</summary>
    /// <value>Default 256 MiB.</value>
    [Between("1KiB", "4GiB")]
    public ByteSize MaxBody { get; init; } = ByteSize.FromMebibytes(256);

    /// <summary>Whether it is meant that machines beyond this one are served.</summary>
    public bool MayFaceOthers => ApiKeys.Count > 0 || AllowAnonymous;
}
