namespace Lockkeeper.LlamaCpp;

/// <summary>What <c>lockkeeper engine</c> was asked to run.</summary>
internal sealed record EngineOptions
{
    /// <summary>More layers than any model has.</summary>
    public const int AllLayers = 999;

    /// <summary>The chat templates that can be named: a constant, so that nothing of the engine is loaded to say so.</summary>
    public const string ChatTemplates = "llama3, qwen, chatml, deepseek, phi4, gpt-oss, generic";

    /// <summary>A GGUF file, or the first part of a split one.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The model's id in answers. Default: the file's name without its extension.</summary>
    public string? Alias { get; init; }

    /// <summary>Context in tokens, prompt and answer together. Default: what the model was trained with.</summary>
    public int? ContextSize { get; init; }

    /// <summary>Threads that compute. Default: the cores this process may use, fewer for a model too small for them.</summary>
    public int? Threads { get; init; }

    /// <summary>Layers to put on the GPU, where there is one. Default: all.</summary>
    public int GpuLayers { get; init; } = AllLayers;

    /// <summary>One of <see cref="ChatTemplates"/>, instead of the model's own.</summary>
    public string? ChatTemplate { get; init; }
}
