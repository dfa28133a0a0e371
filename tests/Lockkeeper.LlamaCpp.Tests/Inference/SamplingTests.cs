using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class SamplingTests
{
    private const uint ChooseOne = 0xFFFFFFFF;

    [Theory]
    [InlineData(null, ChooseOne)]
    [InlineData(-1L, ChooseOne)]
    [InlineData(0L, 0u)]
    [InlineData(42L, 42u)]
    [InlineData(0xFFFFFFFFL, ChooseOne - 1)]
    [InlineData(0x1_0000_0002L, 3u)]
    [InlineData(long.MinValue, 0x80000000u)]
    public void A_seed_of_any_size_becomes_one_that_llama_cpp_does_not_replace(long? seed, uint expected) =>
        new Sampling { Seed = seed }.FoldedSeed.ShouldBe(expected);

    [Fact]
    public void Penalties_and_biases_change_which_token_is_likeliest()
    {
        // Token 0 has a score of 1, token 1 of 0.5, and token 0 has been said twice.
        Choose(new Sampling()).ShouldBe(0);
        Choose(new Sampling { PresencePenalty = 0.6f }).ShouldBe(1);
        Choose(new Sampling { PresencePenalty = 0.4f }).ShouldBe(0);
        Choose(new Sampling { FrequencyPenalty = 0.3f }).ShouldBe(1);
        Choose(new Sampling { FrequencyPenalty = 0.2f }).ShouldBe(0);
        Choose(new Sampling { RepeatPenalty = 3 }).ShouldBe(1);
        Choose(new Sampling { RepeatPenalty = 3, PenaltyWindow = 0 }).ShouldBe(0);
        Choose(new Sampling { RepeatPenalty = 3, PenaltyWindow = -1 }).ShouldBe(1);
        Choose(new Sampling { Biases = [new LogitBias { Token = 1, Bias = 1 }] }).ShouldBe(1);
        Choose(new Sampling { Biases = [new LogitBias { Token = 7, Bias = 1 }] }).ShouldBe(0, "there is no such token");
    }

    private static unsafe int Choose(Sampling sampling)
    {
        NativeLibraries.Load();
        using var chain = (sampling with { Temperature = 0 }).Open(vocabularySize: 2, contextSize: 100);
        LlamaApi.SamplerAccept(chain, 0);
        LlamaApi.SamplerAccept(chain, 0);
        var tokens = stackalloc Candidate[] { new() { Token = 0, Logit = 1 }, new() { Token = 1, Logit = 0.5f } };
        var candidates = new Candidates { Data = tokens, Count = 2, Selected = -1 };
        LlamaApi.SamplerApply(chain, &candidates);
        return tokens[candidates.Selected].Token;
    }
}
