using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Detection;

/// <summary>A first configuration of what was found: engines that run are used as they are, folders are served by the engines there are for them.</summary>
internal static class FirstConfig
{
    private const string Running = "running";
    private const string Gpu = "gpu";

    /// <param name="found">What is to be in it.</param>
    /// <param name="presets">The presets that an engine may name.</param>
    /// <returns>Null when there would be nothing to serve.</returns>
    public static string? Write(Findings found, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var (engines, models, comments) = (new OrderedDictionary<string, EngineConfig>(), new OrderedDictionary<string, ModelConfig>(), new Dictionary<ConfigKey, string>());
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var engine in found.Engines.Where(engine => engine.Models.Count > 0))
        {
            var key = Free(engine.Name ?? "engine", engines);
            engines.Add(key, Of(engine));
            comments[ConfigKey.Top("engines") / key] = engine.Name == "ollama" ? "It runs by itself; its models are loaded and unloaded over its API." : "It runs by itself, and is never started or stopped.";
            foreach (var model in engine.Models)
            {
                // Two engines may have a model of one name; the second is left to whoever wants it.
                var isNew = names.Add(model);
                var line = isNew ? null : $"'{model}' of {key} has the name of a model above; give it another id here and the real name in set: {{ model: … }}";
                _ = isNew ? models.TryAdd(model, new ModelConfig { Engine = key }) : comments.TryAdd(ConfigKey.Top("models"), line!);
            }
        }

        List<DiscoverConfig> discover = [];
        foreach (var folder in found.Folders)
        {
            var serves = new DiscoverEnginesConfig { Gguf = EngineFor(ModelKind.Gguf), Mlx = EngineFor(ModelKind.Mlx), Safetensors = EngineFor(ModelKind.Safetensors) };
            if (serves != new DiscoverEnginesConfig())
            {
                discover.Add(new DiscoverConfig { Path = folder.Path, Engines = serves });
            }

            string? EngineFor(ModelKind kind) => folder.Models.ContainsKey(kind) ? Starts(kind, found, presets, engines) : null;
        }

        if (models.Count == 0 && discover.Count == 0)
        {
            return null;
        }

        comments[ConfigKey.Top("discover")] = "Folders whose models are served as they are found.";
        var config = new LockkeeperConfig { Pools = Pools(models, engines, comments), Engines = engines, Models = models, Discover = discover };
        return ConfigWriter.Write(config, "What lockkeeper init found. Every key is described in docs/configuration.md; what is not given keeps its default.", comments);
    }

    private static EngineConfig Of(FoundEngine engine) => engine.Name == "ollama"
        ? new EngineConfig { Lifecycle = Lifecycle.Ollama, Url = engine.Url, Pool = Gpu, Dialects = [EngineDialect.Openai, EngineDialect.Ollama] }
        : new EngineConfig { Lifecycle = Lifecycle.Attached, Url = engine.Url, Pool = Running, Ready = new ReadyConfig { Path = "/v1/models" } };

    /// <summary>Attached engines stay in memory for ever, so they cannot share a pool with what is swapped.</summary>
    private static OrderedDictionary<string, PoolConfig> Pools(OrderedDictionary<string, ModelConfig> models, OrderedDictionary<string, EngineConfig> engines, Dictionary<ConfigKey, string> comments)
    {
        var pools = new OrderedDictionary<string, PoolConfig> { [Gpu] = new() };
        comments[ConfigKey.Top("pools") / Gpu] = "One model in memory at a time; policy: fit for as many as fit.";
        if (models.Values.Any(model => engines[model.Engine].Pool == Running))
        {
            pools.Add(Running, new PoolConfig { Policy = PoolPolicy.Fit, Serialize = true });
            comments[ConfigKey.Top("pools") / Running] = "Engines that run by themselves: all stay, one works at a time.";
        }

        return pools;
    }

    /// <summary>The engine that is to load such files: one on PATH, else the built-in one for GGUF.</summary>
    private static string? Starts(ModelKind kind, Findings found, IReadOnlyDictionary<string, EnginePreset> presets, OrderedDictionary<string, EngineConfig> engines)
    {
        var preset = found.Programs.Select(program => program.Engine).FirstOrDefault(engine => engine.Loads == kind && presets.ContainsKey(engine.Name))?.Name ?? (kind == ModelKind.Gguf ? "builtin" : null);
        if (preset is null)
        {
            return null;
        }

        if (engines.FirstOrDefault(engine => engine.Value.Preset == preset).Key is { } known)
        {
            return known;
        }

        var key = Free(preset, engines);
        engines.Add(key, new EngineConfig { Preset = preset, Pool = Gpu });
        return key;
    }

    private static string Free(string name, OrderedDictionary<string, EngineConfig> engines)
    {
        var free = name;
        for (var i = 2; engines.ContainsKey(free); i++)
        {
            free = $"{name}-{i}";
        }

        return free;
    }
}
