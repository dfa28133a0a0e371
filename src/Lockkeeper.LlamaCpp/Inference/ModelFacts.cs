namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>What is told about the model in <c>/v1/models</c>.</summary>
/// <param name="ContextSize">Tokens that prompt and answer may have together, as served.</param>
/// <param name="TrainedContext">Tokens it was trained with.</param>
/// <param name="VocabularySize">Tokens it knows.</param>
/// <param name="ParameterCount">Weights.</param>
/// <param name="SizeInBytes">Bytes of all tensors.</param>
internal sealed record ModelFacts(int ContextSize, int TrainedContext, int VocabularySize, ulong ParameterCount, ulong SizeInBytes);
