using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Import;

/// <summary>A <c>config.yaml</c> of local-engine-router: engines of four kinds, one of them active at a time.</summary>
internal static class LocalEngineRouterImport
{
    private const string Listed = "what engines list is asked of them when they run";

    /// <summary>The engines it had by name before it had a list of them.</summary>
    private static readonly string[] Named = ["ds4", "ollama"];

    public static ImportReport Read(OldSection root, List<NotCarried> lost)
    {
        var draft = new ImportDraft(lost);
        draft.Keys(root.Texts("api_keys"));
        draft.Listen(root.Text("host"), root.Whole("port", 1, 65535) ?? 8077, "host");
        draft.OneAtATime(Pool(root));
        if (root.Seconds("swap_keepalive_interval_s") is { } interval)
        {
            draft.Scheduling = draft.Scheduling with { KeepAliveInterval = interval };
        }

        if (root.Truth("swap_keepalive_enabled") == false)
        {
            root.Lose("swap_keepalive_enabled", "a stream that waits is always told so; a long keep_alive_interval says it seldom");
        }

        if (root.Truth("allow_destructive_ollama_api") == true)
        {
            root.Lose("allow_destructive_ollama_api", "requests that delete or overwrite models are not passed on");
        }

        root.LoseEach("logs go to stderr", "log_file", "log_level");
        root.LoseEach("what is learned is kept in Lockkeeper's own format; state_file says where", "state_file");
        root.LoseEach("an engine that does not accept a connection is told as such at once", "upstream_connect_timeout_s");
        if (root.Section("discover") is { } discover)
        {
            _ = (discover.Truth("enabled"), discover.Text("collision"), discover.Node("port_probe"));
            root.Lose("discover", Listed);
        }

        var disabled = Engines(root, draft);
        Models(root, disabled, draft);
        Aliases(root, draft);
        root.LoseTheRest();
        return draft.Report(ImportFormat.LocalEngineRouter);
    }

    private static PoolConfig Pool(OldSection root)
    {
        var pool = new PoolConfig { Policy = PoolPolicy.Exclusive };
        pool = root.Seconds("drain_timeout_s", 0) is { } drain ? pool with { DrainTimeout = new DurationOrOff(drain) } : pool;
        return root.Seconds("swap_memory_settle_timeout_s", 0, 600) is { } settle ? pool with { SettleTimeout = settle } : pool;
    }

    /// <returns>The engines that are switched off.</returns>
    private static HashSet<string> Engines(OldSection root, ImportDraft draft)
    {
        var engines = root.Sections("engines");
        if (engines.Count == 0)
        {
            engines = [.. Named.Select(name => (name, Section: root.Section(name)!)).Where(named => named.Section is not null)];
        }
        else
        {
            root.LoseEach("is ignored where there are engines", "ds4", "ollama");
        }

        HashSet<string> disabled = new(StringComparer.Ordinal);
        foreach (var (name, old) in engines)
        {
            _ = old.Truth("enabled") == false && disabled.Add(name);
            old.LoseEach(Listed, "discover_models", "tags_cache_ttl_s");
            var engine = (old.Text("type") ?? name) switch
            {
                "generic_process" => Process(old, draft),
                "api_swap" => Api(old, draft),
                "ollama" => Ollama(old, draft),
                "ds4" => Unit(old, draft),
                _ => null,
            };
            if (engine is null)
            {
                draft.Lose(old.Place, "is of no type that can be taken over, or says too little");
                continue;
            }

            draft.Engines.Add(name, engine);
            foreach (var id in old.Texts("served_models"))
            {
                draft.Add(id, new ModelConfig { Engine = name, Enabled = !disabled.Contains(name) }, old.PlaceOf("served_models"));
            }
        }

        return disabled;
    }

    private static EngineConfig? Process(OldSection old, ImportDraft draft)
    {
        old.LoseEach("a process that was not started by Lockkeeper is never stopped by it", "process_pattern");
        var command = old.Node("start_cmd") is ConfigNode.Scalar line ? ShellWords.Split(line.Text) : old.Texts("start_cmd");
        var canTake = draft.CanTake(command, old.PlaceOf("start_cmd"));
        var address = draft.Address(old.Text("base_url"), old.PlaceOf("base_url"));
        return command.Count == 0 || !canTake || address is null ? null : new EngineConfig
        {
            Lifecycle = Lifecycle.Process,
            Url = address,
            Command = command,
            Env = Texts(old, "env"),
            Cwd = old.Text("cwd"),
            Ready = Ready(old, "ready_path"),
            Stop = old.Text("stop_signal") is { } signal ? new StopConfig { Signal = signal } : null,
            StartTimeout = old.Seconds("start_timeout_s"),
            StopTimeout = old.Seconds("stop_timeout_s", 0, 3600),
            LogFile = old.Text("log_file"),
            ControlHeaders = Texts(old, "control_headers"),
        };
    }

    private static EngineConfig? Api(OldSection old, ImportDraft draft)
    {
        old.LoseEach("an engine whose models are loaded over its API is not started; lifecycle: systemd would start a unit", "systemd_unit");
        if (draft.Address(old.Text("base_url"), old.PlaceOf("base_url")) is not { } address)
        {
            return null;
        }

        return new EngineConfig
        {
            Lifecycle = Lifecycle.Api,
            Url = address,
            Ready = Ready(old, "health_path") ?? new ReadyConfig { Path = "/v1/models" },
            Load = Call(old, "load", "{id}"),
            Unload = Call(old, "unload", "{instance}"),
            List = old.Text("loaded_path") is { } path ? new ListConfig
            {
                Path = path,
                Models = old.Text("loaded_models_key") ?? "models",
                Name = old.Text("loaded_name_key") ?? "name",
                Loaded = old.Text("loaded_filter") is { Length: > 0 } filter ? Equation(filter) : null,
                Instance = old.Text("loaded_id_key") is { Length: > 0 } instance ? instance : null,
            } : null,
            StartTimeout = old.Seconds("load_timeout_s"),
            StopTimeout = old.Seconds("unload_timeout_s", 0, 3600),
            ControlHeaders = Texts(old, "control_headers"),
        };
    }

    private static EngineConfig? Ollama(OldSection old, ImportDraft draft)
    {
        old.LoseEach("the daemon is not started; it is asked at its address", "systemd_unit");
        old.LoseEach("is Ollama's own list", "health_path");
        return draft.Address(old.Text("base_url") ?? "http://127.0.0.1:11434", old.PlaceOf("base_url")) is not { } address ? null : new EngineConfig
        {
            Lifecycle = Lifecycle.Ollama,
            Url = address,
            Dialects = [EngineDialect.Openai, EngineDialect.Ollama],
            StopTimeout = old.Seconds("unload_timeout_s", 0, 3600),
            ControlHeaders = Texts(old, "control_headers"),
        };
    }

    private static EngineConfig? Unit(OldSection old, ImportDraft draft)
    {
        old.LoseEach("a process that was not started by Lockkeeper is never stopped by it", "process_pattern");
        var process = old.Text("control") == "process";
        var script = old.Text("serve_script");
        var unit = old.Text("systemd_user_unit") ?? "ds4.service";
        return draft.Address(old.Text("base_url") ?? "http://172.17.0.1:8099", old.PlaceOf("base_url")) is not { } address || (process && script is not { Length: > 0 }) ? null : new EngineConfig
        {
            Lifecycle = process ? Lifecycle.Process : Lifecycle.Systemd,
            Url = address,
            Command = process ? [script!] : null,
            Unit = process ? null : unit,
            Ready = Ready(old, "health_path") ?? new ReadyConfig { Path = "/v1/models" },
            StartTimeout = old.Seconds("start_timeout_s"),
            StopTimeout = old.Seconds("stop_timeout_s", 0, 3600),
            LogFile = process ? old.Text("log_file") : Journal(old),
            ControlHeaders = Texts(old, "control_headers"),
        };

        static string? Journal(OldSection old)
        {
            old.LoseEach("what a unit prints is in the journal", "log_file", "serve_script");
            return null;
        }
    }

    private static ReadyConfig? Ready(OldSection old, string pathKey)
    {
        var (path, check) = (old.Text(pathKey), old.Text("ready_check") ?? "");
        var listed = check.StartsWith("model:", StringComparison.Ordinal);
        return path is null && check.Length == 0 ? null : new ReadyConfig { Path = path, ContainsModel = listed ? true : null, Json = listed || check.Length == 0 ? null : Equation(check) };
    }

    /// <summary>Its <c>key==value</c>, with the spaces that Lockkeeper writes it with.</summary>
    private static string Equation(string check) => string.Join(" == ", check.Split("==", 2, StringSplitOptions.TrimEntries));

    private static ControlCallConfig? Call(OldSection old, string verb, string model)
    {
        var (path, method) = (old.Text($"{verb}_path"), old.Text($"{verb}_method"));
        var body = new JsonFields(old.Json($"{verb}_body").Select(member => KeyValuePair.Create(member.Key, member.Value.Replace("{model}", model, StringComparison.Ordinal))));
        return path is not { Length: > 0 } ? null : new ControlCallConfig { Method = method, Path = path, Body = body.Count > 0 ? body : null };
    }

    private static OrderedDictionary<string, string>? Texts(OldSection old, string key)
    {
        var texts = new OrderedDictionary<string, string>();
        if (old.Section(key) is { } map)
        {
            foreach (var name in map.Keys)
            {
                texts[name] = map.Text(name) ?? "";
            }
        }

        return texts.Count > 0 ? texts : null;
    }

    private static void Models(OldSection root, HashSet<string> disabled, ImportDraft draft)
    {
        foreach (var old in root.Items("models"))
        {
            var (id, engine) = (old.Text("id"), old.Text("engine"));
            old.LoseEach("models are shown by their id", "display_name");
            if (id is null || engine is null || !draft.Engines.ContainsKey(engine))
            {
                draft.Lose(old.Place, id is null ? "has no id" : $"its engine '{engine}' was not taken over");
                continue;
            }

            var model = draft.Models.GetValueOrDefault(id) ?? new ModelConfig { Engine = engine };
            model = model with
            {
                Engine = engine,
                Enabled = !disabled.Contains(engine),
                ContextLength = old.Whole("context_length", 1, 100_000_000),
                Thinking = new ThinkingConfig { OffBelowMaxTokens = old.Whole("disable_thinking_below_max_tokens", 1, 100_000_000) },
            };
            if (!draft.Models.ContainsKey(id))
            {
                draft.Add(id, model, old.Place);
            }
            else
            {
                draft.Models[id] = model;
            }
        }

        foreach (var idle in draft.Engines.Keys.Where(name => draft.Models.Values.All(model => model.Engine != name)))
        {
            draft.Lose($"engines.{idle}", "has no model of its own: what it lists by itself was served; add the models that are to be asked for");
        }
    }

    private static void Aliases(OldSection root, ImportDraft draft)
    {
        if (root.Section("aliases") is not { } aliases)
        {
            return;
        }

        foreach (var alias in aliases.Keys)
        {
            var target = aliases.Text(alias);
            if (target is not null && draft.Models.ContainsKey(target))
            {
                draft.Alias(alias, target, aliases.PlaceOf(alias));
            }
            else
            {
                draft.Lose(aliases.PlaceOf(alias), $"its model '{target}' is not listed under models; list it");
            }
        }
    }
}
