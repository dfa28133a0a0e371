using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Config;

/// <summary>What is allowed in a configuration, and yet hardly meant.</summary>
internal static class ConfigAdvice
{
    /// <param name="loaded">The configuration.</param>
    /// <param name="presets">The presets there are.</param>
    /// <returns>One sentence each, with the key it is about; nothing when all looks as if it were meant.</returns>
    public static ImmutableArray<string> Of(ConfigResult.Loaded loaded, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var config = loaded.Config;
        return [.. Unused(config, presets), .. NotThere(config, ConfigFolder.Of(loaded.Files?.Main ?? "")), .. CannotStart(loaded.Catalog)];
    }

    private static IEnumerable<string> Unused(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var engines = config.Models.Values.Select(model => model.Engine).Concat(config.Discover.SelectMany(folder => new[] { folder.Engines.Gguf, folder.Engines.Mlx, folder.Engines.Safetensors }));
        var asked = config.Engines.Where(engine => AllModels.QuestionTo(engine.Value.Whole(presets)) is not null).Select(engine => engine.Key); // for all that they have
        foreach (var engine in config.Engines.Keys.Except(engines.OfType<string>()).Except(asked))
        {
            yield return $"engines.{engine}: is never used; no model names it";
        }

        var pools = config.Models.Values.Select(config.PoolOf).Concat(config.Engines.Values.Select(engine => engine.Pool ?? config.PoolsOrDefault.Keys.First()));
        foreach (var pool in config.Pools.Keys.Except(pools))
        {
            yield return $"pools.{pool}: is never used; no engine and no model names it";
        }
    }

    private static IEnumerable<string> NotThere(LockkeeperConfig config, ConfigFolder folder) =>
        config.Discover.Select((given, i) => (Path: folder.Resolve(given.Path), Key: ConfigKey.Top("discover").Item(i) / "path")).Where(given => !Directory.Exists(given.Path))
            .Select(given => $"{given.Key}: there is no folder '{given.Path}' yet; its models are served once there is");

    /// <summary>A program may be installed later, and its absence harms no other model; so it is no problem.</summary>
    private static IEnumerable<string> CannotStart(ModelCatalog catalog)
    {
        foreach (var model in catalog.Models.Where(model => model.Engine.Lifecycle == Lifecycle.Process))
        {
            if (!EngineCommand.TryResolve(model, port: 0, out _, out var problem))
            {
                yield return $"models.{model.Id}: cannot be started as things are: {problem}";
            }
        }
    }
}
