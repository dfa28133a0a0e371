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
                findings.Add(key / "preset", $"'{preset}' is no preset; this version knows {string.Join(", ", presets.Keys)}");
            }

            var whole = engine.Preset is { } known && presets.TryGetValue(known, out var whatItSays) ? engine.Over(whatItSays.Engine) : engine;
            if (engine.Lifecycle == Lifecycle.Attached)
            {
                Attached(key, engine, findings);
            }
            else if (whole.Lifecycle == Lifecycle.Systemd)
            {
                SystemdRules.Check(key, engine, whole, findings);
            }
            else if (whole.Lifecycle == Lifecycle.Cloud)
            {
                CloudRules.Check(key, engine, whole, findings);
            }
            else
            {
                Command(key / "command", engine, presets, findings);
                if (engine.Url is not null)
                {
                    findings.Add(key / "url", "is for lifecycle: attached; an engine that Lockkeeper starts is given a port of its own");
                }
            }

            if (engine.Sleep is true && whole.Lifecycle is not (null or Lifecycle.Process))
            {
                findings.Add(key / "sleep", "is for engines that Lockkeeper starts as processes (lifecycle: process); others are stopped, or unloaded, in their own way");
            }

            Environment(key / "env", engine, findings);
            if (PathRules.Refuse(engine.Cwd) is { } refusal)
            {
                findings.Add(key / "cwd", refusal);
            }

            if (engine.Ready?.Path is { } ready && !IsPath(ready))
            {
                findings.Add(key / "ready" / "path", $"'{ready}' is no path; it begins with a slash and holds no spaces, as in /health");
            }
        }
    }

    /// <summary>An engine that runs by itself: it has an address, and nothing to start or stop it with.</summary>
    private static void Attached(ConfigKey key, EngineConfig engine, ConfigFindings findings)
    {
        if (engine.Url is not { } url)
        {
            findings.Add(key / "url", "is missing; an attached engine runs already, so say where, as in http://127.0.0.1:8080");
        }
        else if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            || address.PathAndQuery != "/" || address.UserInfo.Length + address.Fragment.Length > 0)
        {
            findings.Add(key / "url", $"'{url}' is no address of an engine; write scheme, host and port and nothing behind, as in http://127.0.0.1:8080");
        }

        (string Key, bool Given)[] ofProcesses =
        [
            ("command", engine.Command is not null), ("env", engine.Env is not null), ("cwd", engine.Cwd is not null),
            ("start_timeout", engine.StartTimeout is not null), ("stop_timeout", engine.StopTimeout is not null),
        ];
        foreach (var (name, _) in ofProcesses.Where(of => of.Given))
        {
            findings.Add(key / name, "is for engines that Lockkeeper starts; an attached one runs already and is never started or stopped by it");
        }
    }

    private static void Command(ConfigKey key, EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        if (engine.Command is not { } command)
        {
            if (engine.Preset is null)
            {
                findings.Add(key, $"is missing; write the program and its arguments, or take a preset: {string.Join(", ", presets.Keys)}");
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
        if (readable && !command.Any(argument => argument.Contains(Placeholders.Port, StringComparison.Ordinal)))
        {
            findings.Add(key, "never says {port}; Lockkeeper leases a port for each start and must be able to tell the engine");
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

    private static bool IsPath(string path) => path.StartsWith('/') && !path.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
}
