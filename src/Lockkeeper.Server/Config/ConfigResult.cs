using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Config;

/// <summary>What came of loading a configuration.</summary>
internal abstract record ConfigResult
{
    private ConfigResult()
    {
    }

    public sealed record Loaded(LockkeeperConfig Config, ModelCatalog Catalog) : ConfigResult;

    /// <param name="Problems">All of them, in the order of the file; never empty.</param>
    public sealed record Refused(IReadOnlyList<ConfigProblem> Problems) : ConfigResult;
}
