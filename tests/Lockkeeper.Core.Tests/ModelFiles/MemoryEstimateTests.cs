using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class MemoryEstimateTests
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>Llama 3.1 8B in Q4_K_M: 8 heads of 128 in each of 32 layers make 128 KiB a token.</summary>
    private static readonly ModelFacts Llama = new()
    {
        Format = ModelFormat.Gguf,
        ContextLength = 131_072,
        Bytes = 4_920_739_232,
        EmbeddingLength = 4096,
        VocabularySize = 128_256,
        Attention = new AttentionShape { Layers = 32, FullHeads = 256, KeyLength = 128, ValueLength = 128 },
    };

    [Fact]
    public void It_is_weights_and_cache_and_a_buffer_and_the_program()
    {
        var estimate = MemoryEstimate.Of(Llama, 8192);
        (estimate.Weights, estimate.Cache, estimate.Compute, estimate.Program).ShouldBe((Llama.Bytes, 1024 * Mebibyte, 512L * 4 * (128_256 + (4 * 4096)), 128 * Mebibyte));
        estimate.Total.ShouldBe(estimate.Weights + estimate.Cache + estimate.Compute + estimate.Program);
    }

    [Fact]
    public void Without_a_configured_context_a_file_counts_with_what_it_was_trained_for_and_a_folder_with_a_modest_one()
    {
        MemoryEstimate.Of(Llama).Cache.ShouldBe(16 * 1024 * Mebibyte);
        MemoryEstimate.Of(Llama with { Format = ModelFormat.Mlx }).Cache.ShouldBe(1024 * Mebibyte);
        MemoryEstimate.Of(Llama with { Format = ModelFormat.Mlx, ContextLength = 4096 }).Cache.ShouldBe(512 * Mebibyte);
        MemoryEstimate.Of(Llama with { ContextLength = null }).Cache.ShouldBe(1024 * Mebibyte);
    }

    [Fact]
    public void The_types_of_the_cache_count() => MemoryEstimate.Of(Llama, 8192, "q8_0", "Q4_0").Cache.ShouldBe(512 * Mebibyte * 34 / 64 + (512 * Mebibyte * 18 / 64));

    [Fact]
    public void An_unknown_type_counts_as_the_usual_one() => MemoryEstimate.Of(Llama, 8192, "turbo3", null).Cache.ShouldBe(1024 * Mebibyte);

    [Fact]
    public void A_layer_with_a_window_keeps_the_window_and_a_batch()
    {
        var shape = new AttentionShape { Layers = 2, FullHeads = 1, SlidingHeads = 1, SlidingWindow = 1024, KeyLength = 64, ValueLength = 64 };
        MemoryEstimate.Of(Llama with { Attention = shape }, 10_000).Cache.ShouldBe((10_000 + 1024 + 512) * 256);
        MemoryEstimate.Of(Llama with { Attention = shape }, 100).Cache.ShouldBe(200 * 256);
    }
}
