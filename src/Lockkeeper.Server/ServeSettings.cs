using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server;

/// <summary>Everything <c>serve</c> is told.</summary>
internal sealed record ServeSettings
{
    public required LockkeeperConfig Config { get; init; }

    public required ModelCatalog Catalog { get; init; }

    /// <summary>The file the configuration came from; null for the demo.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>For what was asked for.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>For talk: what is served, what went wrong.</summary>
    public required TextWriter Error { get; init; }
}
