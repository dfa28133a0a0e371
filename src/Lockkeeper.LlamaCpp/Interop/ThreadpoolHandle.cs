using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// Owns the threads that compute. Without one ggml starts and ends its threads for every single token.
/// Free it after the context that it is attached to.
/// </summary>
internal sealed unsafe class ThreadpoolHandle : SafeHandle
{
    private const int CpuDevice = 0;

    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    private ThreadpoolHandle(nint pool, delegate* unmanaged[Cdecl]<nint, void> free)
        : base(nint.Zero, ownsHandle: true)
    {
        _free = free;
        SetHandle(pool);
    }

    public override bool IsInvalid => handle == nint.Zero;

    /// <summary>Null when the CPU backend offers none; ggml then makes its own, more slowly.</summary>
    /// <param name="threads">Threads that compute, the calling one included.</param>
    public static ThreadpoolHandle? Open(int threads)
    {
        // The functions live in whichever CPU variant was loaded, so they cannot be imported by name.
        var backend = LlamaApi.DeviceBackend(LlamaApi.DeviceByType(CpuDevice));
        var create = (delegate* unmanaged[Cdecl]<ThreadpoolParams*, nint>)LlamaApi.BackendFunction(backend, "ggml_threadpool_new");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)LlamaApi.BackendFunction(backend, "ggml_threadpool_free");
        if (create == null || free == null)
        {
            return null;
        }

        ThreadpoolParams parameters;
        LlamaApi.ThreadpoolParamsInit(&parameters, threads);
        var pool = create(&parameters);
        return pool == nint.Zero ? null : new ThreadpoolHandle(pool, free);
    }

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }
}
