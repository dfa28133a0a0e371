namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Why there is no answer, or no more of it.</summary>
internal enum GenerationFailure
{
    /// <summary>The engine is shutting down.</summary>
    Stopping,

    /// <summary>llama.cpp could not compute; its log says more.</summary>
    Computation,
}
