using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Import;

/// <summary>A <c>models.yaml</c> of slm_server: models that all ran at once on ports of their own, by llama-server or mlx-openai-server.</summary>
internal static class SlmServerImport
{
    private const int RouterPort = 8000;

    public static ImportReport Read(OldSection root, List<NotCarried> lost)
    {
        var draft = new ImportDraft(lost);
        draft.Listen(null, RouterPort, "");
        draft.Lose("port 8000", "was served on every address without a key; this machine alone is served until server.api_keys or allow_anonymous says otherwise");
        draft.Pools.Add(ImportDraft.Gpu, new PoolConfig { Policy = PoolPolicy.Fit });
        draft.Comment(ConfigKey.Top("pools") / ImportDraft.Gpu, "All models were resident at the same time. Here as many are as fit; the others are loaded when they are asked for.");
        var models = root.Sections("models");

        // An id that is there twice counts where it is enabled, as it did.
        foreach (var (role, section) in models.OrderBy(model => model.Section.Truth("enabled") == false))
        {
            Add(role, section, draft);
        }

        root.LoseTheRest();
        return draft.Report(ImportFormat.SlmServer);
    }

    private static void Add(string role, OldSection old, ImportDraft draft)
    {
        old.LoseEach("ports are leased for each start", "port");
        old.LoseEach("engines are reached on this machine alone", "host");
        if (old.Text("id") is not { } id || Engine(old) is not { } engine)
        {
            draft.Lose(old.Place, old.Has("id") ? "its backend is neither llamacpp nor mlx" : "has no id");
            return;
        }

        var model = Model(old, engine);
        if (!Path.Exists(model.Path) && IsHubName(old.Text("model_path")))
        {
            old.Lose("model_path", "is a name of the hub, not a file or folder; download it, and add the model with the path of what was downloaded");
            return;
        }

        if (model.Path is null)
        {
            draft.Lose(old.Place, "has no model_path");
            return;
        }

        draft.Engines.TryAdd(engine, new EngineConfig { Preset = engine });
        if (draft.Add(id, model, old.Place))
        {
            draft.Comment(ConfigKey.Top("models") / id, $"role: {role}");
        }
    }

    private static string? Engine(OldSection old) => old.Text("backend") switch
    {
        "llamacpp" => "llama.cpp",
        "mlx" => "mlx-openai-server",
        _ => null,
    };

    private static bool IsHubName(string? path) => path is not null && path.Contains('/', StringComparison.Ordinal) && !path.StartsWith('/') && !path.StartsWith('~') && !path.StartsWith('.');

    private static ModelConfig Model(OldSection old, string engine)
    {
        var (type, capabilities) = Kind(old);
        return new ModelConfig
        {
            Engine = engine,
            Path = old.Text("model_path"),
            Type = type,
            Capabilities = capabilities,
            Enabled = old.Truth("enabled") ?? true,
            Quantization = old.Text("quantization"),
            RequestTimeout = old.Seconds("default_timeout", 1),
            ContextLength = old.Whole("context_length", 1, 100_000_000),
            MaxConcurrency = old.Whole("max_concurrency", 1, 1024),
            EnableAutoToolChoice = old.Truth("enable_auto_tool_choice"),
            ToolCallParser = old.Text("tool_call_parser"),
            ReasoningParser = old.Text("reasoning_parser"),
            ConfigName = old.Text("config_name"),
            ChatTemplateKwargs = old.Json("chat_template_kwargs"),
            ChatTemplateFile = old.Text("chat_template_file"),
            Temp = old.Number("temp", 0, 10),
            TopP = old.Number("top_p", 0, 1),
            TopK = old.Whole("top_k", 0, 1_000_000),
            MinP = old.Number("min_p", 0, 1),
            KvUnified = old.Truth("kv_unified"),
            CacheTypeK = old.Text("cache_type_k"),
            CacheTypeV = old.Text("cache_type_v"),
            FlashAttn = Switched(old, "flash_attn"),
            Fit = Switched(old, "fit"),
        };
    }

    private static (ModelType? Type, IReadOnlyList<Capability> Capabilities) Kind(OldSection old)
    {
        var tools = old.Truth("supports_function_calling") ?? false;
        switch (old.Text("model_type") ?? "lm")
        {
            case "embeddings":
                return (ModelType.Embedding, []);
            case "rerank":
                return (ModelType.Rerank, []);
            case "whisper":
                return (ModelType.Transcription, []);
            case "image-generation":
                return (ModelType.Image, []);
            case "image-edit":
                return (ModelType.ImageEdit, []);
            case "multimodal":
                return (null, tools ? [Capability.Chat, Capability.Vision, Capability.Tools] : [Capability.Chat, Capability.Vision]);
            case "lm":
                return (null, tools ? [Capability.Chat, Capability.Tools] : []);
            case var other:
                old.Lose("model_type", $"'{other}' is no type of slm_server");
                return (null, []);
        }
    }

    /// <summary>There everything but on was off, <c>auto</c> too, which is not what it says.</summary>
    private static Switch? Switched(OldSection old, string key) => old.Text(key)?.ToLowerInvariant() switch
    {
        null => null,
        "on" or "true" => Switch.On,
        "auto" => Switch.Auto,
        _ => Switch.Off,
    };
}
