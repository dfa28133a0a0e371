using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Import;

/// <summary>A <c>config.json</c> of mlx-router: MLX models, one of them resident, from one folder.</summary>
internal static class MlxRouterImport
{
    private const string Text = "mlx-lm";
    private const string Vision = "mlx-vlm";
    private const string FolderVariable = "MLX_MODEL_DIR";

    private static readonly string[] VisionSigns = ["vision", "llava", "-vl", "_vl", "nvl"];

    /// <param name="root">The file.</param>
    /// <param name="lost">What is lost.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static ImportReport Read(OldSection root, List<NotCarried> lost, Func<string, string?> variable)
    {
        var draft = new ImportDraft(lost);
        var defaults = root.Section("defaults");
        var server = root.Section("server");
        draft.Listen(server?.Text("ip") ?? "0.0.0.0", server?.Whole("port", 1, 65535) ?? 8800, "server.ip");
        server?.LoseEach("serve --verbose logs each request", "debug");
        draft.OneAtATime(Pool(defaults));
        if (defaults?.Seconds("timeout", 1) is { } timeout)
        {
            draft.Scheduling = draft.Scheduling with { RequestTimeout = timeout };
        }

        defaults?.LoseEach("as many models are resident as the pool allows; it was one, whatever this said", "cache_size");
        defaults?.LoseEach("was never read; models.*.warm_up says it for a model", "warmup_tokens");
        defaults?.LoseEach("was never read; tools are the engine's own", "enable_function_calling");
        defaults?.LoseEach("answers are streamed token by token, as the engine sends them", "stream_chunk_size");
        defaults?.LoseEach("streams are server-sent events", "streaming_format");
        AddFolder(draft, variable(FolderVariable) is { Length: > 0 } folder ? folder : defaults?.Text("model_directory"), variable);
        foreach (var (id, old) in root.Sections("models"))
        {
            AddModel(id, old, defaults, draft, variable);
        }

        if ((root.Text("default_model") ?? defaults?.Text("model")) is { } preload && !Preload(draft, preload))
        {
            draft.Lose("default_model", $"'{preload}' is not listed under models; list it to have it loaded at start");
        }

        root.LoseTheRest();
        return draft.Report(ImportFormat.MlxRouter);
    }

    /// <summary>Its levels follow from one threshold T of available memory: 0.8 T, 0.6 T, 0.4 T.</summary>
    private static PoolConfig Pool(OldSection? defaults)
    {
        var pool = new PoolConfig { Policy = PoolPolicy.Exclusive };
        if (defaults?.Number("safety_margin", 1, 10) is { } margin)
        {
            pool = pool with { SafetyMargin = margin };
        }

        var usual = pool.Pressure;
        var threshold = defaults?.Number("memory_threshold_gb", 0.1, 100_000);
        PressureBoundsConfig Level(PressureBoundsConfig level, double share, string? swapKey = null) => new()
        {
            Available = threshold is { } of ? new SizeOrPercent(new ByteSize((long)(of * share * 1024) << 20), default) : level.Available,
            SwapUsed = swapKey is not null && defaults?.Number(swapKey, 0, 100) is { } percent ? new Percent(percent) : level.SwapUsed,
        };
        return pool with
        {
            Pressure = new PressureConfig
            {
                Moderate = Level(usual.Moderate, 0.8),
                High = Level(usual.High, 0.6, "swap_high_percent"),
                Critical = Level(usual.Critical, 0.4, "swap_critical_percent"),
            },
        };
    }

    private static void AddFolder(ImportDraft draft, string? folder, Func<string, string?> variable)
    {
        if (folder is not null)
        {
            draft.Engines.TryAdd(Text, new EngineConfig { Preset = Text });
            draft.Discover.Add(new DiscoverConfig { Path = Expand(folder, variable), Engines = new DiscoverEnginesConfig { Mlx = Text } });
        }
    }

    private static void AddModel(string id, OldSection old, OldSection? defaults, ImportDraft draft, Func<string, string?> variable)
    {
        var most = old.Whole("max_tokens", 1, 100_000_000) ?? defaults?.Whole("max_tokens", 1, 100_000_000);
        old.LoseEach("was never read; tools are the engine's own", "supports_tools");
        var vision = old.Truth("supports_vision") ?? VisionSigns.Any(sign => id.Contains(sign, StringComparison.OrdinalIgnoreCase));
        var pressure = old.Section("memory_pressure_max_tokens");
        if (pressure?.Has("normal") == true)
        {
            pressure.Lose("normal", "never applied there, and would here; write it under max_tokens_under_pressure if it is meant");
        }

        var template = old.Text("chat_template");
        if (template is not null and not ("generic" or "required"))
        {
            old.Lose("chat_template", $"the model's own template is used instead of the hand-made '{template}'");
        }

        var path = Folder(draft, id);
        if (path is null)
        {
            draft.Lose(old.Place, "no folder of it was found in the model directory; download it, and add the model with its path");
            return;
        }

        var engine = vision ? Vision : Text;
        draft.Engines.TryAdd(engine, new EngineConfig { Preset = engine });
        draft.Add(id, new ModelConfig
        {
            Engine = engine,
            Path = path,
            Capabilities = vision ? [Capability.Chat, Capability.Vision] : [],
            Memory = old.Number("required_memory_gb", 0.001, 100_000) is { } size ? new ByteSize((long)(size * 1024) << 20) : null,
            Defaults = Defaults(old, defaults),
            Clamp = most is { } ceiling ? new JsonFields([KeyValuePair.Create("max_tokens", ceiling.ToString(CultureInfo.InvariantCulture))]) : JsonFields.None,
            Thinking = old.Text("reasoning_response") is { } reasoning ? new ThinkingConfig { Enabled = reasoning == "enable" } : new ThinkingConfig(),
            MaxTokensUnderPressure = new MaxTokensConfig
            {
                Moderate = pressure?.Whole("moderate", 1, 100_000_000),
                High = pressure?.Whole("high", 1, 100_000_000),
                Critical = pressure?.Whole("critical", 1, 100_000_000),
            },
        }, old.Place);

        string? Folder(ImportDraft made, string name) => Path.IsPathRooted(name) ? name
            : made.Discover.Count == 0 ? null
            : Found(made.Discover[0].Path, name, variable);
    }

    /// <summary>What a request gets that says nothing.</summary>
    private static JsonFields Defaults(OldSection old, OldSection? defaults)
    {
        List<KeyValuePair<string, string>> fields = [];
        foreach (var (key, member, low, high) in new[] { ("temp", "temperature", 0.0, 10.0), ("top_p", "top_p", 0, 1), ("top_k", "top_k", 0, 1_000_000), ("min_p", "min_p", 0, 1) })
        {
            if (old.Number(key, low, high) is { } number)
            {
                fields.Add(KeyValuePair.Create(member, number.ToString("0.##########", CultureInfo.InvariantCulture)));
            }
        }

        if (defaults?.Truth("stream") is { } stream)
        {
            fields.Add(KeyValuePair.Create("stream", stream ? "true" : "false"));
        }

        return new JsonFields(fields);
    }

    /// <summary>Where it looked for a model: the folder of that name, or the newest snapshot in the hub's layout.</summary>
    private static string? Found(string directory, string id, Func<string, string?> variable)
    {
        var root = directory.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(variable("HOME") ?? "", directory[2..]) : directory;
        var inHub = Path.Combine(root, "models--" + id.Replace("/", "--", StringComparison.Ordinal));
        var snapshots = Path.Combine(inHub, "snapshots");
        if (Directory.Exists(snapshots) && new DirectoryInfo(snapshots).EnumerateDirectories().OrderByDescending(snapshot => snapshot.LastWriteTimeUtc).FirstOrDefault() is { } newest)
        {
            return newest.FullName;
        }

        var plain = Path.GetFullPath(Path.Combine(root, id));
        return plain.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && Directory.Exists(plain) ? plain : null;
    }

    private static string Expand(string folder, Func<string, string?> variable)
    {
        foreach (var name in new[] { "HOME", "USER" })
        {
            folder = folder.Replace($"${{{name}}}", variable(name), StringComparison.Ordinal).Replace($"${name}", variable(name), StringComparison.Ordinal);
        }

        return folder;
    }

    private static bool Preload(ImportDraft draft, string id)
    {
        if (draft.Models.TryGetValue(id, out var model))
        {
            draft.Models[id] = model with { Preload = true };
            return true;
        }

        return false;
    }
}
