using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>llama.cpp's <c>llama_model_params</c>, field for field. Start from <see cref="LlamaApi.ModelDefaultParams"/>, never from <c>default</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ModelParams
{
    public nint Devices;
    public nint TensorBufferOverrides;
    public int GpuLayers;
    public int SplitMode;
    public int LoadMode;
    public int LazyMode;
    public int MainGpu;
    public float* TensorSplit;
    public delegate* unmanaged[Cdecl]<float, void*, byte> Progress;
    public void* ProgressData;
    public nint KeyValueOverrides;
    public byte VocabularyOnly;
    public byte CheckTensors;
    public byte UseExtraBuffers;
    public byte NoHost;
    public byte NoAlloc;
    public byte LoadMtp;
}
