using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>What is served when there is no configuration: two small models beside the executable, so that the first minute needs no choice.</summary>
internal static class DemoConfig
{
    /// <summary>Stands where a file name would.</summary>
    public const string Name = "demo configuration";

    private static readonly string[] Models = ["demo-guide", "demo-poet"];

    /// <param name="folder">Where the executable and its <c>models</c> folder are.</param>
    public static LockkeeperConfig In(string folder) => new()
    {
        Engines = new OrderedDictionary<string, EngineConfig> { ["builtin"] = new() { Preset = "builtin" } },
        Models = new OrderedDictionary<string, ModelConfig>(
            Models.Select(id => KeyValuePair.Create(id, new ModelConfig { Engine = "builtin", Path = Path.Combine(folder, "models", id + ".gguf") }))),
    };
}
