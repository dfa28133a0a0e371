using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>A kind of backend: a preset, or a command or an address of one's own.</summary>
internal sealed record EngineConfig
{
    /// <summary>Name of a preset; any other key overrides what it says.</summary>
    public string? Preset { get; init; }

    /// <summary>How the engine is brought up and freed.</summary>
    /// <value>Default <c>process</c>.</value>
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>Where the engine answers, as in <c>http://127.0.0.1:11434</c>. A process is given a port of its own unless this says which.</summary>
    [WithVariables]
    public string? Url { get; init; }

    /// <summary>Key of the pool its instances live in.</summary>
    /// <value>Default: the first.</value>
    public string? Pool { get; init; }

    /// <summary>Program and arguments, with placeholders. Never passed through a shell.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Arguments behind the command, the preset's too; with placeholders.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment variables for the engine, added to Lockkeeper's own.</summary>
    [WithVariables]
    [Confidential]
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Folder the engine starts in.</summary>
    [WithVariables]
    public string? Cwd { get; init; }

    /// <summary>The systemd unit it runs as.</summary>
    public string? Unit { get; init; }

    /// <summary>Whose systemd.</summary>
    /// <value>Default <c>user</c>.</value>
    public UnitScope? UnitScope { get; init; }

    /// <summary>Where the key is that the engine wants of us; sent with every request to it. The client's own key never is.</summary>
    public SecretSource? ApiKey { get; init; }

    /// <summary>Headers of control calls only: load, unload, list, sleep. A value may be <c>env:NAME</c> or <c>file:PATH</c>.</summary>
    [Confidential]
    public IReadOnlyDictionary<string, string>? ControlHeaders { get; init; }

    public ReadyConfig? Ready { get; init; }

    public StopConfig? Stop { get; init; }

    /// <summary>Loads a model into a running engine (<c>lifecycle: api</c>).</summary>
    public ControlCallConfig? Load { get; init; }

    /// <summary>Unloads it.</summary>
    public ControlCallConfig? Unload { get; init; }

    public ListConfig? List { get; init; }

    /// <summary>Whether every model that the engine says it has can be asked for, without being configured.</summary>
    /// <value>Default <c>true</c> for <c>ollama</c>, and for <c>api</c> where <c>list</c> tells which models are <c>loaded</c>; else <c>false</c>.</value>
    public bool? ListModels { get; init; }

    /// <summary>APIs the engine speaks natively.</summary>
    /// <value>Default <c>[openai]</c>.</value>
    public IReadOnlyList<EngineDialect>? Dialects { get; init; }

    /// <summary>What the engine can do; a model can do no more.</summary>
    /// <value>Default: everything its models can.</value>
    public IReadOnlyList<Capability>? Capabilities { get; init; }

    /// <summary>Whether the engine is put to sleep and woken instead of being stopped and started, where it can.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? Sleep { get; init; }

    /// <summary>Whether it is known to look healthy while its generator is dead: it is then asked for a token now and then, while idle too.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? HealthLies { get; init; }

    /// <summary>Models that may be loaded in the engine at the same time (<c>lifecycle: api</c> and <c>ollama</c>).</summary>
    /// <value>Default none for <c>ollama</c>, else 1.</value>
    [Between("1", "1000")]
    public int? MaxLoaded { get; init; }

    /// <summary>What requests call a model that are sent to it, with placeholders.</summary>
    /// <value>Default <c>{id}</c>.</value>
    public string? RequestModel { get; init; }

    /// <summary>Requests that may run at the same time on a model of it.</summary>
    /// <value>Default 1.</value>
    [Between("1", "1024")]
    public int? MaxConcurrency { get; init; }

    /// <summary>How its models write calls of tools that it leaves in the text.</summary>
    /// <value>Default <c>off</c>: it tells them apart itself.</value>
    public ToolDialect? ToolParser { get; init; }

    /// <summary>How its models mark reasoning that it leaves in the text.</summary>
    /// <value>Default <c>none</c>: it tells it apart itself.</value>
    public ReasoningFormat? ReasoningFormat { get; init; }

    /// <summary>Whether its API has a field <c>priority</c> of its own: whole numbers in it reach the engine.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool? PriorityField { get; init; }

    /// <summary>From start to ready; past it the start has failed.</summary>
    /// <value>Default 5 min.</value>
    [Between("10ms", "24h")]
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>From the polite request to stop (SIGTERM) to SIGKILL; for a model of an engine that runs on, how long it is waited to be unloaded.</summary>
    /// <value>Default 30 s.</value>
    [Between("0s", "1h")]
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>File that what the engine prints is appended to.</summary>
    /// <value>Default: none; the last lines are kept in memory.</value>
    [WithVariables]
    public string? LogFile { get; init; }

    /// <summary>This section with what it leaves out taken from the preset it names; as it is where that is none.</summary>
    public EngineConfig Whole(IReadOnlyDictionary<string, EnginePreset> presets) => Preset is { } name && presets.TryGetValue(name, out var preset) ? Over(preset.Engine) : this;

    /// <summary>This section with what it leaves out taken from a preset; sections in it and maps are joined, its own winning.</summary>
    public EngineConfig Over(EngineConfig preset) => (EngineConfig)Joined.Of(this, preset);
}
