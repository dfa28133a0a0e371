using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server.Config;

/// <summary>What came of loading a configuration.</summary>
internal abstract record ConfigResult
{
    private ConfigResult()
    {
    }

    /// <summary>Where it comes from; null for what is served without any file.</summary>
    public ConfigFiles? Files { get; init; }

    public sealed record Loaded(LockkeeperConfig Config, ModelCatalog Catalog) : ConfigResult
    {
        /// <summary>The keys of <c>server.api_keys</c>, fetched.</summary>
        public IReadOnlyList<ApiKey> Keys { get; init; } = [];

        /// <summary>Which folders are looked through for more models; null for none.</summary>
        public DiscoveryPlan? Plan { get; init; }

        /// <summary>Absolute path of the file of what is learned; it need not exist.</summary>
        public required string StateFile { get; init; }
    }

    /// <param name="Problems">All of them, in the order of the file; never empty.</param>
    public sealed record Refused(IReadOnlyList<ConfigProblem> Problems) : ConfigResult;
}
