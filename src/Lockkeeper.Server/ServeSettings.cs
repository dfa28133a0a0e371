using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server;

/// <summary>Everything <c>serve</c> is told.</summary>
internal sealed record ServeSettings
{
    public required LockkeeperConfig Config { get; init; }

    public required ModelCatalog Catalog { get; init; }

    /// <summary>Who may use it; without any, everybody on this machine.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Absolute path of the file of what is learned; null to keep nothing.</summary>
    public string? StateFile { get; init; }

    /// <summary>The file the configuration came from; null for the demo, and for variables.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Whether the configuration is made of environment variables; there is no file then.</summary>
    public bool FromVariables { get; init; }

    /// <summary>Whether each request is logged too.</summary>
    public bool Verbose { get; init; }

    /// <summary>For the greeting: the address, what is served, how to try it.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>For what keeps it from serving. What happens later is in the log.</summary>
    public required TextWriter Error { get; init; }
}
