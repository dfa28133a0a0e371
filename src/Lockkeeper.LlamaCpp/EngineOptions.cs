namespace Lockkeeper.LlamaCpp;

/// <summary>Everything <c>engine</c> is told.</summary>
internal sealed record EngineOptions
{
    public required string ModelPath { get; init; }

    /// <summary>Port to listen on, on loopback.</summary>
    public required int Port { get; init; }

    /// <summary>Name the model is served under; null for the file's name.</summary>
    public string? Alias { get; init; }

    /// <summary>Tokens of context; null for the model's own.</summary>
    public int? ContextSize { get; init; }

    /// <summary>Threads to compute with; null for one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Layers to put on the GPU.</summary>
    public int GpuLayers { get; init; }
}
