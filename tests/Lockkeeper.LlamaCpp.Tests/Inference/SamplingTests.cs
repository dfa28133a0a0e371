using Lockkeeper.LlamaCpp.Inference;

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
}
