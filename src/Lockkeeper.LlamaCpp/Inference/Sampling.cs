using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>How the next token is chosen. The defaults are those of llama.cpp's own server.</summary>
internal sealed record Sampling
{
    public const float DefaultTemperature = 0.8f;
    public const float DefaultTopP = 0.95f;
    public const int DefaultTopK = 40;
    public const float DefaultMinP = 0.05f;

    /// <summary>llama.cpp reads this one seed as "choose one".</summary>
    private const uint RandomSeed = 0xFFFFFFFF;

    /// <summary>0 always takes the likeliest token; nothing else matters then.</summary>
    public float Temperature { get; init; } = DefaultTemperature;

    public float TopP { get; init; } = DefaultTopP;

    /// <summary>0 or less is off.</summary>
    public int TopK { get; init; } = DefaultTopK;

    public float MinP { get; init; } = DefaultMinP;

    /// <summary>Any number; equal seeds give equal answers on the same machine. Null or -1: a new one each time.</summary>
    public long? Seed { get; init; }

    /// <summary>The seed as llama.cpp takes it: 32 bits, of which one value is not ours to use.</summary>
    public uint FoldedSeed => Seed switch
    {
        null or -1 => RandomSeed,
        { } seed => Math.Min((uint)(seed ^ (seed >> 32)), RandomSeed - 1),
    };

    public SamplerHandle Open() => Temperature <= 0
        ? SamplerHandle.Chain(LlamaApi.SamplerGreedy())
        : SamplerHandle.Chain(
            LlamaApi.SamplerTopK(TopK),
            LlamaApi.SamplerTopP(TopP, 1),
            LlamaApi.SamplerMinP(MinP, 1),
            LlamaApi.SamplerTemperature(Temperature),
            LlamaApi.SamplerDist(FoldedSeed));
}
