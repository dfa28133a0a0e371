using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>llama.cpp's <c>llama_logit_bias</c>: what is added to the score of one token.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LogitBias
{
    public int Token;
    public float Bias;
}
