namespace Lockkeeper.Server.Detection;

/// <summary>An engine that may be on this machine: where it usually listens, and what its program is called.</summary>
/// <param name="Name">As its preset is called.</param>
/// <param name="Port">Its usual port.</param>
/// <param name="Program">Its executable on PATH; null when it has none.</param>
/// <param name="Loads">The kind of model file its program loads; null when it gets models some other way.</param>
internal sealed record KnownEngine(string Name, int Port, string? Program = null, ModelKind? Loads = null)
{
    public static readonly IReadOnlyList<KnownEngine> All =
    [
        new("ollama", 11434, "ollama"),
        new("llama.cpp", 8080, "llama-server", ModelKind.Gguf),
        new("localai", 8080, "local-ai"),
        new("vllm", 8000, "vllm", ModelKind.Safetensors),
        new("max", 8000, "max"),
        new("sglang", 30000),
        new("tabbyapi", 5000),
        new("koboldcpp", 5001, "koboldcpp"),
        new("lm-studio", 1234, "lms"),
        new("mlx-lm", 8080, "mlx_lm.server", ModelKind.Mlx),
        new("mlx-openai-server", 8000, "mlx-openai-server", ModelKind.Mlx),
        new("ramalama", 8080, "ramalama"),
    ];

    /// <summary>The ports worth a look.</summary>
    public static IReadOnlyList<int> Ports { get; } = [.. All.Select(engine => engine.Port).Distinct()];
}

/// <summary>The kinds of model files.</summary>
internal enum ModelKind
{
    Gguf,
    Mlx,
    Safetensors,
}
