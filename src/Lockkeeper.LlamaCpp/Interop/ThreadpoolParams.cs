using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>ggml's <c>ggml_threadpool_params</c>. Filled by <see cref="LlamaApi.ThreadpoolParamsInit"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ThreadpoolParams
{
    public CpuMask Cpus;
    public int Threads;
    public int Priority;
    public uint Poll;
    public byte StrictCpu;
    public byte Paused;

    /// <summary>One byte a core; all zero means: wherever the scheduler puts them.</summary>
    [InlineArray(512)]
    internal struct CpuMask
    {
        private byte _first;
    }
}
