using System.Runtime.InteropServices;

namespace Lockkeeper.LlamaCpp.Interop;

/// <summary>Owns a sampler, most often a chain of them. A sampler added to a chain belongs to it and is freed with it.</summary>
internal sealed class SamplerHandle : SafeHandle
{
    private SamplerHandle(nint sampler)
        : base(nint.Zero, ownsHandle: true) => SetHandle(sampler);

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

    /// <summary>Lets through what a grammar allows. Null when llama.cpp does not understand it, which <see cref="LlamaLog.TakeErrors"/> may say more about.</summary>
    public static SamplerHandle? Grammar(VocabularyHandle vocabulary, string grammar)
    {
        var sampler = LlamaApi.SamplerGrammar(vocabulary, grammar, "root");
        return sampler == nint.Zero ? null : new SamplerHandle(sampler);
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.SamplerFree(handle);
        return true;
    }
}
