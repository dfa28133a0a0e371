using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>
/// Lets llama.cpp ask, in the middle of loading or of a computation, whether it should go on. It asks on the thread that called it,
/// which is also the only thread that sets <see cref="Token"/>.
/// </summary>
internal sealed unsafe class StopSignal : IDisposable
{
    private GCHandle _self;

    public StopSignal() => _self = GCHandle.Alloc(this);

    /// <summary>What stops the work that is being done now.</summary>
    public CancellationToken Token
    {
        get;
        set
        {
            LlamaLog.ExpectStop(false);
            field = value;
        }
    }

    /// <summary>Goes with the callbacks as their user data.</summary>
    public void* Data => (void*)GCHandle.ToIntPtr(_self);

    /// <summary>For <see cref="ContextParams.Abort"/>: asked before each operation of a graph, on CPU backends.</summary>
    public static delegate* unmanaged[Cdecl]<void*, byte> Abort => &ShouldAbort;

    /// <summary>For <see cref="ModelParams.Progress"/>: asked as each part of the file has been read.</summary>
    public static delegate* unmanaged[Cdecl]<float, void*, byte> Progress => &ShouldContinue;

    public void Dispose() => _self.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* data) => Of(data).ShouldStop() ? (byte)1 : (byte)0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldContinue(float progress, void* data) => Of(data).ShouldStop() ? (byte)0 : (byte)1;

    private bool ShouldStop()
    {
        var stops = Token.IsCancellationRequested;
        if (stops)
        {
            LlamaLog.ExpectStop(true);
        }

        return stops;
    }

    private static StopSignal Of(void* data) => Unsafe.As<StopSignal>(GCHandle.FromIntPtr((nint)data).Target!);
}
