using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What an engine's section must say.</summary>
internal static class EngineRules
{
    public static void Check(IReadOnlyDictionary<string, EngineConfig> engines, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        foreach (var (name, engine) in engines)
        {
            var key = ConfigKey.Top("engines") / name;
            if (engine.Preset is { } preset && !presets.ContainsKey(preset))
            {
                findings.Add(key / "preset", $"'{preset}' is no preset; {(Spelling.Nearest(preset, presets.Keys) is { } near ? $"did you mean '{near}'?" : $"'lockkeeper presets' lists them")}");
            }

            var whole = engine.Whole(presets);
            ByLifecycle(key, engine, whole, findings);
            if (engine.Sleep is true && whole.Lifecycle is not (null or Lifecycle.Process))
            {
                findings.Add(key / "sleep", "is for engines that Lockkeeper starts as processes (lifecycle: process); others are stopped, or unloaded, in their own way");
            }

            if (engine.ListModels is not null && whole.Lifecycle is not (Lifecycle.Api or Lifecycle.Ollama or Lifecycle.Attached))
            {
                findings.Add(key / "list_models", "is for engines that run already and can be asked what they have (lifecycle: api, ollama or attached)");
            }

            Environment(key / "env", engine, findings);
            if (PathRules.Refuse(engine.Cwd) is { } refusal)
            {
                findings.Add(key / "cwd", refusal);
            }

            foreach (var unknown in Placeholders.In(engine.RequestModel ?? "").Except(Placeholders.Known))
            {
                findings.Add(key / "request_model", $"{unknown} is no placeholder; there are {string.Join(' ', Placeholders.Known)}");
            }

            if (PathRules.Refuse(engine.LogFile) is { } unfit)
            {
                findings.Add(key / "log_file", unfit);
            }

            ReadyAndStop(key, engine, findings);
            ControlRules.Check(key, engine, findings);
        }
    }

    /// <summary>What is said where an engine is named that there is not.</summary>
    public static string Unknown(string engine, IReadOnlyDictionary<string, EngineConfig> engines) => engines.Count == 0
        ? $"there is no engine '{engine}'; add it under engines"
        : Spelling.Nearest(engine, engines.Keys) is { } near
            ? $"there is no engine '{engine}'; did you mean '{near}'?"
            : $"there is no engine '{engine}'; there are {string.Join(", ", engines.Keys.Select(name => $"'{name}'"))}";

    private static void ByLifecycle(ConfigKey key, EngineConfig engine, EngineConfig whole, ConfigFindings findings)
    {
        switch (whole.Lifecycle ?? Lifecycle.Process)
        {
            case Lifecycle.Process:
                Command(key / "command", engine, whole, findings);
                OwnAddress(key / "url", engine, findings);
                Foreign(key, [.. ControlRules.KeysOf(engine), ("unit", engine.Unit is not null)],
                    "is for engines that run already, and are told to load and unload (lifecycle: api); this one is started and stopped as a process (lifecycle: process)", findings);
                break;
            case Lifecycle.Attached:
                Address(key / "url", whole, "an attached engine runs already, so say where, as in http://127.0.0.1:8080", findings);
                Foreign(key, [.. KeysOfProcesses(engine), ("start_timeout", engine.StartTimeout is not null), ("stop_timeout", engine.StopTimeout is not null), .. ControlRules.KeysOf(engine)],
                    "is for engines that Lockkeeper starts; an attached one runs already and is never started or stopped by it", findings);
                break;
            case Lifecycle.Systemd:
                SystemdRules.Check(key, engine, whole, findings);
                break;
            case Lifecycle.Cloud:
                CloudRules.Check(key, engine, whole, findings);
                break;
            case Lifecycle.Api or Lifecycle.Ollama:
                Address(key / "url", whole, "the engine runs already, and models are loaded into it; say where it is, as in http://127.0.0.1:5000", findings);
                Foreign(key, KeysOfProcesses(engine), "is for engines that Lockkeeper starts (lifecycle: process); this one runs already, and only its models are loaded and unloaded", findings);
                if (whole.Lifecycle == Lifecycle.Api)
                {
                    ControlRules.Demand(key, whole, findings);
                }

                break;
        }
    }

    private static (string Key, bool Given)[] KeysOfProcesses(EngineConfig engine) =>
    [
        ("command", engine.Command is not null), ("args", engine.Args is not null), ("env", engine.Env is not null), ("cwd", engine.Cwd is not null),
        ("stop", engine.Stop is not null), ("unit", engine.Unit is not null), ("log_file", engine.LogFile is not null),
    ];

    private static void Foreign(ConfigKey key, IEnumerable<(string Key, bool Given)> keys, string message, ConfigFindings findings)
    {
        foreach (var (name, _) in keys.Where(of => of.Given))
        {
            findings.Add(key / name, message);
        }
    }

    /// <summary>An engine that runs by itself has an address.</summary>
    private static void Address(ConfigKey key, EngineConfig engine, string whyNeeded, ConfigFindings findings)
    {
        if (engine.Url is not { } url)
        {
            findings.Add(key, $"is missing; {whyNeeded}");
        }
        else if (AddressOf(url) is null)
        {
            findings.Add(key, $"'{url}' is no address of an engine; write scheme, host and port and nothing behind, as in http://127.0.0.1:8080");
        }
    }

    /// <summary>A process may be told its port; it is on this machine all the same.</summary>
    private static void OwnAddress(ConfigKey key, EngineConfig engine, ConfigFindings findings)
    {
        if (engine.Url is { } url && !(AddressOf(url) is { IsLoopback: true } address && address.Scheme == Uri.UriSchemeHttp))
        {
            findings.Add(key, $"'{url}' is not where a process of this machine can listen for Lockkeeper alone; write http://127.0.0.1 and the port, or leave it out, and each start is given a free one");
        }
    }

    private static Uri? AddressOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.PathAndQuery == "/" && address.UserInfo.Length + address.Fragment.Length == 0 ? address : null;

    private static void ReadyAndStop(ConfigKey key, EngineConfig engine, ConfigFindings findings)
    {
        if (engine.Ready?.Path is { } ready && !IsPath(ready))
        {
            findings.Add(key / "ready" / "path", $"'{ready}' is no path; it begins with a slash and holds no spaces, as in /health");
        }

        if (engine.Ready?.Json is { } json && !JsonCondition.TryParse(json, out _, out var problem))
        {
            findings.Add(key / "ready" / "json", problem);
        }

        if (engine.Stop?.Path is { } stop && !IsPath(stop))
        {
            findings.Add(key / "stop" / "path", $"'{stop}' is no path; it begins with a slash and holds no spaces, as in /shutdown");
        }

        if (engine.Stop?.Signal is { } signal && !StopSignal.Names.Contains(signal))
        {
            findings.Add(key / "stop" / "signal", Spelling.Nearest(signal, StopSignal.Names) is { } near
                ? $"'{signal}' is no signal a process can be asked to end with; did you mean {near}?"
                : $"'{signal}' is no signal a process can be asked to end with; there are {string.Join(", ", StopSignal.Names)}");
        }
    }

    private static void Command(ConfigKey key, EngineConfig engine, EngineConfig whole, ConfigFindings findings)
    {
        if (engine.Command is not { } command)
        {
            if (engine.Preset is null)
            {
                findings.Add(key, $"is missing; write the program and its arguments, or take a preset, which 'lockkeeper presets' lists");
            }

            return;
        }

        if (command.Count == 0 || string.IsNullOrWhiteSpace(command[0]))
        {
            findings.Add(command.Count == 0 ? key : key.Item(0), "names no program; the first item is the program to run");
            return;
        }

        for (var i = 0; i < command.Count; i++)
        {
            foreach (var unknown in Placeholders.In(command[i]).Except(Placeholders.Known))
            {
                var meant = Spelling.Nearest(unknown, Placeholders.Known) is { } near ? $"did you mean {near}?" : $"there are {string.Join(' ', Placeholders.Known)}";
                findings.Add(key.Item(i), $"{unknown} is no placeholder; {meant}");
            }

            if (command[i].Contains('\0', StringComparison.Ordinal))
            {
                findings.Add(key.Item(i), "holds a NUL character, which no program can be given");
            }
        }

        // Without it the engine would come up on a port of its own and the start would fail after minutes, with nothing to say why.
        var readable = Enumerable.Range(0, command.Count).All(i => !findings.Positions.IsDoubtful(key.Item(i)));
        if (readable && whole.Url is null && !command.Concat(whole.Args ?? []).Any(argument => argument.Contains(Placeholders.Port, StringComparison.Ordinal)))
        {
            findings.Add(key, "never says {port}; Lockkeeper leases a port for each start and must be able to tell the engine. If it has a port of its own, say so with url");
        }
    }

    private static void Environment(ConfigKey key, EngineConfig engine, ConfigFindings findings)
    {
        foreach (var (name, value) in engine.Env ?? new Dictionary<string, string>())
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') || value.Contains('\0', StringComparison.Ordinal))
            {
                findings.Add(key / name, "cannot be an environment variable; a name is not empty and holds no '=', and neither part holds a NUL character");
            }
        }
    }

    internal static bool IsPath(string path) => path.StartsWith('/') && !path.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
}
