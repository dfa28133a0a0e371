using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>llama.cpp's <c>llama_token_data_array</c>. Samplers reorder it, shorten it, and set which one is chosen.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Candidates
{
    public Candidate* Data;
    public nuint Count;

    /// <summary>An index, not a token; negative while none is chosen.</summary>
    public long Selected;
    public byte IsSorted;
}
