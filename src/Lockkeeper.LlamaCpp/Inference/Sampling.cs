using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>How the next token is chosen. The defaults are those of llama.cpp's own server.</summary>
internal sealed record Sampling
{
    public const float DefaultTemperature = 0.8f;
    public const float DefaultTopP = 0.95f;
    public const int DefaultTopK = 40;
    public const float DefaultMinP = 0.05f;
    public const int DefaultPenaltyWindow = 64;

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

    /// <summary>Divides the score of each token that the answer has already; 1 is off.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>Taken from a token's score for each time that the answer has it.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Taken from a token's score once if the answer has it.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>How many of the last tokens the penalties look at; negative for all.</summary>
    public int PenaltyWindow { get; init; } = DefaultPenaltyWindow;

    /// <summary>What is added to the scores of single tokens.</summary>
    public IReadOnlyList<LogitBias> Biases { get; init; } = [];

    public SamplerHandle Open(int vocabularySize, int contextSize)
    {
        List<nint> samplers = [];
        if (Biases.Count > 0)
        {
            samplers.Add(OpenBiases(vocabularySize));
        }

        if (RepeatPenalty is < 1 or > 1 || FrequencyPenalty is < 0 or > 0 || PresencePenalty is < 0 or > 0)
        {
            var window = PenaltyWindow < 0 ? contextSize : PenaltyWindow;
            samplers.Add(LlamaApi.SamplerPenalties(vocabularySize, window, RepeatPenalty, FrequencyPenalty, PresencePenalty));
        }

        if (Temperature <= 0)
        {
            samplers.Add(LlamaApi.SamplerGreedy());
        }
        else
        {
            samplers.AddRange([
                LlamaApi.SamplerTopK(TopK),
                LlamaApi.SamplerTopP(TopP, 1),
                LlamaApi.SamplerMinP(MinP, 1),
                LlamaApi.SamplerTemperature(Temperature),
                LlamaApi.SamplerDist(FoldedSeed)]);
        }

        return SamplerHandle.Chain([.. samplers]);
    }

    private unsafe nint OpenBiases(int vocabularySize)
    {
        fixed (LogitBias* first = Biases.ToArray())
        {
            return LlamaApi.SamplerLogitBias(vocabularySize, Biases.Count, first);
        }
    }
}
