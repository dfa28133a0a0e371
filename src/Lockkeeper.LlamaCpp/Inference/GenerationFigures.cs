using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>What a generation took.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Those of them that were computed for an earlier request.</param>
/// <param name="GeneratedTokens">Tokens generated, the one that ended the turn included.</param>
/// <param name="PromptTime">From the start to the first token.</param>
/// <param name="GenerationTime">From the first token to the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GenerationFigures(int PromptTokens, int CachedTokens, int GeneratedTokens, TimeSpan PromptTime, TimeSpan GenerationTime);
