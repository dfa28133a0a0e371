using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// llama.cpp's <c>llama_batch</c>. Only <see cref="Count"/> and <see cref="Tokens"/> are ever set: with the rest null llama.cpp takes sequence 0,
/// continues its positions, and returns the logits of the last token.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Batch
{
    public int Count;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** Sequences;
    public sbyte* Outputs;
}
