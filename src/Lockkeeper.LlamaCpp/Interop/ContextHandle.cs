using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>Owns a <c>llama_context</c>, and keeps its model alive: freed the other way round, llama.cpp reads freed memory.</summary>
internal sealed class ContextHandle : SafeHandle
{
    private readonly ModelHandle _model;

    private ContextHandle(nint context, ModelHandle model)
        : base(nint.Zero, ownsHandle: true)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        _model = model;
        SetHandle(context);
    }

    public override bool IsInvalid => handle == nint.Zero;

    /// <summary>Null when llama.cpp cannot make it, most often for want of memory; <see cref="LlamaLog.TakeErrors"/> knows why.</summary>
    public static ContextHandle? Open(ModelHandle model, ContextParams parameters)
    {
        var context = LlamaApi.ContextInit(model, parameters);
        return context == nint.Zero ? null : new ContextHandle(context, model);
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.ContextFree(handle);
        _model.DangerousRelease();
        return true;
    }
}
