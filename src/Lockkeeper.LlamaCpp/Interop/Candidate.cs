using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>llama.cpp's <c>llama_token_data</c>: a token that may come next.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Candidate
{
    public int Token;

    /// <summary>Its score; negative infinity once a sampler has ruled it out.</summary>
    public float Logit;
    public float Probability;
}
