using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What an engine that is a unit of systemd must say: which unit, and where it answers. How it is started is written in the unit.</summary>
internal static class SystemdRules
{
    private const int LongestName = 255;

    private static readonly ConfigKey Models = ConfigKey.Top("models");
    private static readonly ConfigKey Engines = ConfigKey.Top("engines");

    public static void Check(ConfigKey key, EngineConfig engine, EngineConfig whole, ConfigFindings findings)
    {
        if (whole.Unit is not { } unit)
        {
            findings.Add(key / "unit", "is missing; an engine with lifecycle: systemd is a unit, so name it, as in llama.service");
        }
        else if (!IsUnit(unit))
        {
            findings.Add(key / "unit", $"'{unit}' is no name of a unit; it has letters, digits and :-_.\\@ only, as in llama.service or llama@qwen.service");
        }

        if (whole.Url is not { } url)
        {
            findings.Add(key / "url", "is missing; the unit says where the engine listens, and Lockkeeper has to know it too, as in http://127.0.0.1:8080");
        }
        else if (!EngineAddress.IsHost(url))
        {
            findings.Add(key / "url", $"'{url}' is no address of an engine; {EngineAddress.HostExample}");
        }

        (string Key, bool Given)[] ofProcesses =
        [
            ("command", engine.Command is not null), ("args", engine.Args is not null), ("env", engine.Env is not null), ("cwd", engine.Cwd is not null),
            ("log_file", engine.LogFile is not null), ("stop", engine.Stop is not null),
        ];
        foreach (var (name, _) in ofProcesses.Where(of => of.Given))
        {
            findings.Add(key / name, "is for engines that Lockkeeper starts as processes; write it in the unit");
        }
    }

    /// <summary>A unit is one process with one model: two that share it would stop each other.</summary>
    public static void Shared(LockkeeperConfig config, ConfigFindings findings)
    {
        var units = new Dictionary<(string, UnitScope), string>();
        foreach (var (name, engine) in config.Engines.Where(engine => engine.Value is { Lifecycle: Lifecycle.Systemd, Unit: not null }))
        {
            var unit = engine.Unit!.Contains('.', StringComparison.Ordinal) ? engine.Unit : $"{engine.Unit}.service";
            if (!units.TryAdd((unit, engine.UnitScope ?? UnitScope.User), name))
            {
                findings.Add(Engines / name / "unit", $"is the unit of engine '{units[(unit, engine.UnitScope ?? UnitScope.User)]}' already; one stop would end both");
            }
        }

        var models = new Dictionary<string, string>();
        foreach (var (id, model) in config.Models.Where(model => config.Engines.GetValueOrDefault(model.Value.Engine)?.Lifecycle == Lifecycle.Systemd))
        {
            if (!models.TryAdd(model.Engine, id))
            {
                findings.Add(Models / id / "engine", $"is one unit, which serves '{models[model.Engine]}' already; make '{id}' an alias of that, or give it an engine of its own");
            }
        }
    }

    private static bool IsUnit(string name) => name.Length is > 0 and <= LongestName && name[0] != '-' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || ":-_.\\@".Contains(letter, StringComparison.Ordinal));
}
