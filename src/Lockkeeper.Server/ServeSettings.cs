using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server;

/// <summary>Everything <c>serve</c> is told.</summary>
internal sealed record ServeSettings
{
    public required LockkeeperConfig Config { get; init; }

    public required ModelCatalog Catalog { get; init; }

    /// <summary>Which folders are looked through for more models; null for none.</summary>
    public DiscoveryPlan? Plan { get; init; }

    /// <summary>Who may use it; without any, everybody on this machine.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Absolute path of the file of what is learned; null to keep nothing.</summary>
    public string? StateFile { get; init; }

    /// <summary>The file the configuration came from; null for the demo, and for variables.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The files it was read from; null for the demo.</summary>
    public ConfigFiles? Files { get; init; }

    /// <summary>Reads the configuration again, as it was read for these settings; null where there is nothing to read.</summary>
    public Func<ConfigResult>? Load { get; init; }

    /// <summary>Has the given action called at each signal that asks for that (SIGHUP), until it is disposed; null for no such signal.</summary>
    public Func<Action, IDisposable?>? OnReloadSignal { get; init; }

    /// <summary>Whether the configuration is made of environment variables; there is no file then.</summary>
    public bool FromVariables { get; init; }

    /// <summary>Whether each request is logged too.</summary>
    public bool Verbose { get; init; }

    /// <summary>For the greeting: the address, what is served, how to try it.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>For what keeps it from serving. What happens later is in the log.</summary>
    public required TextWriter Error { get; init; }
}
