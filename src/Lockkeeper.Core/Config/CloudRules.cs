using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What an engine in a cloud must say, and its models may not: there is nothing to start there, and no memory of ours to share.</summary>
internal static class CloudRules
{
    public static void Check(ConfigKey key, EngineConfig engine, EngineConfig whole, ConfigFindings findings)
    {
        if (whole.Url is not { } url)
        {
            findings.Add(key / "url", "is missing; say where the API is, as in https://api.openai.com, or https://openrouter.ai/api/v1 where its routes do not begin with /v1");
        }
        else if (!EngineAddress.IsBase(url))
        {
            findings.Add(key / "url", $"'{url}' is no address of an API; write scheme and host, and what stands there for /v1 if that is something else, as in https://openrouter.ai/api/v1");
        }

        (string Key, bool Given)[] ofMachines =
        [
            ("command", engine.Command is not null), ("args", engine.Args is not null), ("env", engine.Env is not null), ("cwd", engine.Cwd is not null),
            ("log_file", engine.LogFile is not null), ("pool", engine.Pool is not null), ("unit", engine.Unit is not null), ("ready", engine.Ready is not null), ("stop", engine.Stop is not null),
            ("load", engine.Load is not null), ("unload", engine.Unload is not null), ("list", engine.List is not null), ("max_loaded", engine.MaxLoaded is not null),
            ("max_concurrency", engine.MaxConcurrency is not null), ("start_timeout", engine.StartTimeout is not null), ("stop_timeout", engine.StopTimeout is not null),
        ];
        foreach (var (name, _) in ofMachines.Where(of => of.Given))
        {
            findings.Add(key / name, "is for engines on machines of one's own; requests to a cloud go there at once, and nothing is started, stopped or queued");
        }
    }

    /// <summary>What is not counted cannot be limited.</summary>
    public static void Limit(ConfigKey key, string id, ModelConfig model, LockkeeperConfig config, ConfigFindings findings)
    {
        if (model.MaxUsdPerDay is not null && config.PriceOf(id, model) is null)
        {
            findings.Add(key / "max_usd_per_day", $"needs a price to count by; add one, as in prices: {{ {model.RequestModel ?? model.Path ?? id}: {{ input: 3, output: 15 }} }}");
        }
    }

    public static bool IsCloud(EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets) =>
        (engine.Lifecycle ?? (engine.Preset is { } name ? presets.GetValueOrDefault(name)?.Engine.Lifecycle : null)) == Lifecycle.Cloud;

    public static void Check(ConfigKey key, ModelConfig model, ConfigFindings findings)
    {
        (string Key, bool Given)[] ofMachines =
        [
            ("pool", model.Pool is not null), ("memory", model.Memory is not null), ("pinned", model.Pinned), ("preload", model.Preload), ("idle_timeout", model.IdleTimeout.Value is not null),
            ("max_concurrency", model.MaxConcurrency is not null), ("warm_up", model.WarmUp > 0),
        ];
        foreach (var (name, _) in ofMachines.Where(of => of.Given))
        {
            findings.Add(key / name, "is for models on machines of one's own; this one's engine is a cloud, where nothing is loaded, and no memory of ours is held");
        }
    }
}
