namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>Why an answer is over.</summary>
internal enum FinishReason
{
    /// <summary>The model ended its turn, or a stop string came.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,
}
