using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>Owns a <c>llama_model</c>.</summary>
internal sealed class ModelHandle : SafeHandle
{
    private ModelHandle(nint model)
        : base(nint.Zero, ownsHandle: true) => SetHandle(model);

    public override bool IsInvalid => handle == nint.Zero;

    /// <summary>Null when llama.cpp refuses the file or the progress callback stopped it; <see cref="LlamaLog.TakeErrors"/> knows why.</summary>
    public static ModelHandle? Open(string path, ModelParams parameters)
    {
        var model = LlamaApi.ModelLoadFromFile(path, parameters);
        return model == nint.Zero ? null : new ModelHandle(model);
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.ModelFree(handle);
        return true;
    }
}
