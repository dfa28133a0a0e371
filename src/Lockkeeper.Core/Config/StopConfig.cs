namespace Lockkeeper.Core.Config;

/// <summary>How an engine's process is asked to end; past <c>stop_timeout</c> it is killed.</summary>
internal sealed record StopConfig
{
    /// <summary>Name of the signal that its whole group gets.</summary>
    /// <value>Default <c>SIGTERM</c>.</value>
    public string? Signal { get; init; }

    /// <summary>Path that is sent a POST first, for engines that end politely that way.</summary>
    /// <value>Default: none.</value>
    public string? Path { get; init; }
}
