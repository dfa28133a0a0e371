namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>What became of an <see cref="Embedding"/>.</summary>
/// <param name="Vectors">One for each input, of length 1; none after a failure.</param>
/// <param name="Failure">Why there are none.</param>
internal sealed record EmbeddingResult(IReadOnlyList<float[]> Vectors, GenerationFailure? Failure);
