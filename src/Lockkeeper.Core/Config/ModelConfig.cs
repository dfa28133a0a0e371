using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>A model a client can ask for; its key in the file is its id.</summary>
internal sealed record ModelConfig
{
    /// <summary>Key of the engine that serves it.</summary>
    public required string Engine { get; init; }

    /// <summary>Model file or folder; <c>~</c> is the home folder, a relative path starts at the configuration file. Of an engine in a cloud: the name the model has there.</summary>
    [WithVariables]
    public string? Path { get; init; }

    /// <summary>What the engine calls it, where that is not its id.</summary>
    /// <value>Default: what its engine says in <c>request_model</c>, else its id.</value>
    public string? RequestModel { get; init; }

    /// <summary>What it is for.</summary>
    /// <value>Default <c>chat</c>, or what its file says.</value>
    public ModelType? Type { get; init; }

    /// <summary>Whether it is served. One that is not is refused with 503, and keeps its name.</summary>
    /// <value>Default <c>true</c>.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>What it can do.</summary>
    /// <value>Default: what its type and its file say.</value>
    public IReadOnlyList<Capability> Capabilities { get; init; } = [];

    /// <summary>Other names for the model; one that ends with <c>*</c> stands for every name that begins like it, as in <c>claude-*</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Tokens of context.</summary>
    [Between("1", "100000000")]
    public int? ContextLength { get; init; }

    /// <summary>Requests that may run at the same time.</summary>
    /// <value>Default: the engine's, else 1.</value>
    [Between("1", "1024")]
    public int? MaxConcurrency { get; init; }

    /// <summary>Priority of a request that names none: <c>critical, high, medium, low, background</c> or 0–4.</summary>
    /// <value>Default <c>medium</c>.</value>
    public Scheduling.Priority Priority { get; init; } = Scheduling.Priority.Medium;

    /// <summary>Key of the pool its instances live in.</summary>
    /// <value>Default: its engine's.</value>
    public string? Pool { get; init; }

    /// <summary>Memory an instance needs, file pages included. Counts until it has been measured.</summary>
    /// <value>Default none: unknown.</value>
    [Between("1MiB", "100TiB")]
    public ByteSize? Memory { get; init; }

    /// <summary>Whether it is never evicted for another model.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Pinned { get; init; }

    /// <summary>Whether it is loaded when Lockkeeper starts.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Preload { get; init; }

    /// <summary>Idle time after which it is unloaded; Ollama's clients may have it go sooner (<c>keep_alive</c>).</summary>
    /// <value>Default <c>off</c>.</value>
    [Between("10ms", "30d")]
    public DurationOrOff IdleTimeout { get; init; } = DurationOrOff.Off;

    /// <summary>How long its engine may send nothing while it answers, prefill included; past it the request is aborted with 504.</summary>
    /// <value>Default: <c>scheduling.request_timeout</c>.</value>
    [Between("10ms", "24h")]
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>How long an answer may take in all; past it the request is aborted with 504.</summary>
    /// <value>Default: <c>scheduling.max_duration</c>.</value>
    [Between("10ms", "7d")]
    public DurationOrOff? MaxDuration { get; init; }

    /// <summary>US dollars that its requests of one day (UTC) may cost; then it is refused with 402 until the next. For models in a cloud that have a price.</summary>
    /// <value>Default none.</value>
    [Between("0", "1000000")]
    public double? MaxUsdPerDay { get; init; }

    /// <summary>Members that a request gets where it does not say otherwise, as in <c>{ temperature: 0.7, stream: true }</c>.</summary>
    public JsonFields Defaults { get; init; } = JsonFields.None;

    /// <summary>Members that every request gets, whatever it says.</summary>
    public JsonFields Set { get; init; } = JsonFields.None;

    /// <summary>Members that are taken out of every request.</summary>
    public IReadOnlyList<string> Strip { get; init; } = [];

    /// <summary>Bounds of numbers in a request: <c>{ max_tokens: 4096 }</c> for the most, <c>{ temperature: { min: 0, max: 1 } }</c> for both.</summary>
    public JsonFields Clamp { get; init; } = JsonFields.None;

    /// <summary>Named chat template the engine is told to use.</summary>
    /// <value>Default: the model's own.</value>
    public string? ChatTemplate { get; init; }

    /// <summary>File of the chat template the engine is told to use.</summary>
    [WithVariables]
    public string? ChatTemplateFile { get; init; }

    /// <summary>What a request without <c>chat_template_kwargs</c> gets as such.</summary>
    public JsonFields ChatTemplateKwargs { get; init; } = JsonFields.None;

    public ThinkingConfig Thinking { get; init; } = new();

    /// <summary>How the model writes calls of tools, where its engine leaves them in the text.</summary>
    /// <value>Default: its engine's, else <c>off</c>.</value>
    public ToolDialect? ToolParser { get; init; }

    /// <summary>What becomes of the model's reasoning.</summary>
    /// <value>Default <c>separate</c>.</value>
    public ReasoningPolicy? Reasoning { get; init; }

    /// <summary>How the model marks its reasoning, where its engine leaves it in the text.</summary>
    /// <value>Default: its engine's, else <c>none</c>.</value>
    public ReasoningFormat? ReasoningFormat { get; init; }

    /// <summary>Whether answers begin as reasoning without a mark, as the chat template has opened it already.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool StartsInReasoning { get; init; }

    /// <summary>How an answer to an OpenAI client comes piece by piece.</summary>
    /// <value>Default <c>sse</c>.</value>
    public StreamingFormat? StreamingFormat { get; init; }

    /// <summary>Pieces of an answer, about a token each, that are joined into one.</summary>
    /// <value>Default 1.</value>
    [Between("1", "10000")]
    public int? StreamChunkTokens { get; init; }

    /// <summary>Most characters of text in a request; a longer one is refused with 400.</summary>
    /// <value>Default none.</value>
    [Between("1", "1000000000")]
    public int? MaxPromptChars { get; init; }

    /// <summary>Whether images that a request only links to are fetched, from the public internet alone; otherwise such a request is refused with 400.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool FetchImages { get; init; }

    public MediaConfig Media { get; init; } = new();

    /// <summary>Tokens it generates for nobody when it has become ready, so that the first request does not pay for what engines do at their first token.</summary>
    /// <value>Default 0.</value>
    [Between("0", "1000")]
    public int WarmUp { get; init; }

    /// <summary>Most tokens of an answer, by the level of memory pressure.</summary>
    public MaxTokensConfig MaxTokensUnderPressure { get; init; } = new();

    /// <summary>How its weights are stored, for showing.</summary>
    /// <value>Default: what its file says.</value>
    public string? Quantization { get; init; }

    /// <summary>File of the vision projector that belongs to it.</summary>
    /// <value>Default: one that lies beside it.</value>
    [WithVariables]
    public string? Mmproj { get; init; }

    /// <summary>Layers on the GPU.</summary>
    /// <value>Default: all.</value>
    [Between("0", "10000")]
    public int? GpuLayers { get; init; }

    /// <summary>Threads of the engine.</summary>
    /// <value>Default: the engine's own choice.</value>
    [Between("1", "4096")]
    public int? Threads { get; init; }

    /// <summary>The engine's own default temperature.</summary>
    [Between("0", "10")]
    public double? Temp { get; init; }

    /// <summary>The engine's own default top-p.</summary>
    [Between("0", "1")]
    public double? TopP { get; init; }

    /// <summary>The engine's own default top-k.</summary>
    [Between("0", "1000000")]
    public int? TopK { get; init; }

    /// <summary>The engine's own default min-p.</summary>
    [Between("0", "1")]
    public double? MinP { get; init; }

    /// <summary>Whether all slots share one KV cache.</summary>
    public bool? KvUnified { get; init; }

    /// <summary>Type of the keys in the KV cache, as in <c>q8_0</c>.</summary>
    public string? CacheTypeK { get; init; }

    /// <summary>Type of the values in the KV cache.</summary>
    public string? CacheTypeV { get; init; }

    /// <summary>Flash attention: <c>on</c>, <c>off</c> or <c>auto</c>.</summary>
    public Switch? FlashAttn { get; init; }

    /// <summary>Whether the engine fits the model to the memory there is: <c>on</c> or <c>off</c>.</summary>
    public Switch? Fit { get; init; }

    /// <summary>Whether the engine lets the model choose tools by itself.</summary>
    public bool? EnableAutoToolChoice { get; init; }

    /// <summary>Name of the engine's own parser of tool calls.</summary>
    public string? ToolCallParser { get; init; }

    /// <summary>Name of the engine's own parser of reasoning.</summary>
    public string? ReasoningParser { get; init; }

    /// <summary>Name of an image model's configuration.</summary>
    public string? ConfigName { get; init; }

    /// <summary>Further arguments of the engine's command for this model, with placeholders.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];
}
