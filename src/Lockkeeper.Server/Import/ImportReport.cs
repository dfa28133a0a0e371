using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Import;

/// <summary>What became of another program's configuration.</summary>
/// <param name="Format">What it was.</param>
/// <param name="Config">What it means here.</param>
/// <param name="Comments">What is said in the file, by key.</param>
/// <param name="Lost">What has no equivalent, in the order in which it was met.</param>
internal sealed record ImportReport(ImportFormat Format, LockkeeperConfig Config, IReadOnlyDictionary<ConfigKey, string> Comments, IReadOnlyList<NotCarried> Lost);

/// <summary>Something of the old configuration that the new one does not say.</summary>
/// <param name="Key">Its place, <c>models.qwen.port</c>.</param>
/// <param name="Why">Why it is not there, and what is in its place.</param>
internal sealed record NotCarried(string Key, string Why)
{
    public string Key { get; } = ConfigFindings.OneLine(Key);

    public string Why { get; } = ConfigFindings.OneLine(Why);

    public override string ToString() => $"{Key}: {Why}";
}

/// <summary>Whose configuration it is.</summary>
internal enum ImportFormat
{
    /// <summary>The <c>SLUICE_</c> variables of the environment.</summary>
    Sluice,

    /// <summary>A <c>models.yaml</c> of slm_server.</summary>
    SlmServer,

    /// <summary>A <c>config.yaml</c> of local-engine-router.</summary>
    LocalEngineRouter,

    /// <summary>A <c>config.json</c> of mlx-router.</summary>
    MlxRouter,

    /// <summary>A <c>config.yaml</c> of llama-swap.</summary>
    LlamaSwap,
}

/// <summary>It is no configuration that can be taken over; the message says why.</summary>
internal sealed class ImportRefusedException(string message) : Exception(message);
