using System.Runtime.InteropServices;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>The tokens around the two texts between which a model fills in.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FillInTokens(int Prefix, int Suffix, int Middle)
{
    /// <summary>Null when the vocabulary lacks one of them.</summary>
    public static FillInTokens? Of(VocabularyHandle vocabulary)
    {
        var tokens = new FillInTokens(LlamaApi.VocabularyFimPrefix(vocabulary), LlamaApi.VocabularyFimSuffix(vocabulary), LlamaApi.VocabularyFimMiddle(vocabulary));
        return tokens is { Prefix: >= 0, Suffix: >= 0, Middle: >= 0 } ? tokens : null;
    }
}
