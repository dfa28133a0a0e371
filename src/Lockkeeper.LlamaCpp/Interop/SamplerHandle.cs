using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>Owns a chain of samplers. A sampler added to it belongs to the chain and is freed with it.</summary>
internal sealed class SamplerHandle : SafeHandle
{
    private SamplerHandle(nint chain)
        : base(nint.Zero, ownsHandle: true) => SetHandle(chain);

    public override bool IsInvalid => handle == nint.Zero;

    public static SamplerHandle Chain(params ReadOnlySpan<nint> samplers)
    {
        var chain = LlamaApi.SamplerChainInit(LlamaApi.SamplerChainDefaultParams());
        foreach (var sampler in samplers)
        {
            LlamaApi.SamplerChainAdd(chain, sampler);
        }

        return new SamplerHandle(chain);
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.SamplerFree(handle);
        return true;
    }
}
