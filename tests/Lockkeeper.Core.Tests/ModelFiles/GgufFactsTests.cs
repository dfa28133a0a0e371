using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class GgufFactsTests
{
    [Fact]
    public void The_demo_model_is_what_it_is()
    {
        var facts = Facts(File.ReadAllBytes(Repository.DemoGuide));
        (facts.Architecture, facts.Name, facts.ContextLength, facts.Quantization, facts.VocabularySize, facts.EmbeddingLength).ShouldBe(("llama", "Lockkeeper demo guide", 2048, "Q8_0", 1024, 128));
        facts.Parameters.ShouldBe(1_066_112);
        facts.Attention.ShouldBe(new AttentionShape { Layers = 4, FullHeads = 16, KeyLength = 32, ValueLength = 32 });
        (facts.Type, facts.TemplateName).ShouldBe((ModelType.Chat, "chatml"));
        facts.Capabilities.ShouldBe([Capability.Chat, Capability.Completion, Capability.Tokenize, Capability.Tools]);
    }

    [Theory]
    [InlineData("qwen3", null, ModelType.Chat)]
    [InlineData("qwen3", 0u, ModelType.Chat)]
    [InlineData("qwen3", 3u, ModelType.Embedding)]
    [InlineData("qwen3", 4u, ModelType.Rerank)]
    [InlineData("bert", null, ModelType.Embedding)]
    [InlineData("bert", 4u, ModelType.Rerank)]
    public void What_it_is_for_is_seen_in_its_pooling_and_architecture(string architecture, uint? pooling, object type)
    {
        var bytes = new GgufBytes().With("general.architecture", architecture).Tensor("a", 0, 4);
        var facts = Facts((pooling is { } given ? bytes.With($"{architecture}.pooling_type", given) : bytes).Header());
        facts.Type.ShouldBe((ModelType)type);
        facts.Capabilities[0].ToString().ShouldBe(type.ToString());
    }

    [Fact]
    public void A_projector_gives_sight_and_hearing()
    {
        var projector = Header(new GgufBytes().With("general.architecture", "clip").With("clip.has_vision_encoder", true).With("clip.has_audio_encoder", true).Header());
        GgufFacts.IsProjector(projector).ShouldBeTrue();
        GgufFacts.Refuse(projector).ShouldBe("it is a projector, which belongs to a model");
        var facts = GgufFacts.Of([Header(GgufBytes.Llama().Header())], projector, 7);
        facts.Capabilities.ShouldContain(Capability.Vision);
        (facts.Audio, facts.Bytes).ShouldBe((true, 7));
    }

    [Fact]
    public void Without_a_projector_it_is_blind() => Facts(GgufBytes.Llama().Header()).Capabilities.ShouldNotContain(Capability.Vision);

    [Fact]
    public void Marks_for_filling_in_give_that_capability() => Facts(GgufBytes.Llama().With("tokenizer.ggml.fim_pre_token_id", 5u).Header()).Capabilities.ShouldContain(Capability.Infill);

    [Fact]
    public void Shards_add_up() =>
        GgufFacts.Of([Header(GgufBytes.Llama().Header()), Header(new GgufBytes().With("split.count", 2u).Tensor("b", 1, 10).Header())], null, 0).Parameters.ShouldBe((256 * 16) + 10);

    [Fact]
    public void Without_a_number_for_the_whole_the_type_of_most_weights_counts() =>
        Facts(new GgufBytes().With("general.architecture", "x").Tensor("a", 0, 4).Tensor("b", 12, 256, 4).Header()).Quantization.ShouldBe("Q4_K");

    [Theory]
    [InlineData("general.type", "adapter", "it holds no model, but says 'adapter' of itself")]
    [InlineData("general.name", "x", null)]
    public void Files_that_are_no_models_are_refused(string key, string value, string? why) => GgufFacts.Refuse(Header(GgufBytes.Llama().With(key, value).Header())).ShouldBe(why);

    [Fact]
    public void A_vocabulary_alone_is_no_model() => GgufFacts.Refuse(Header(new GgufBytes().With("general.architecture", "llama").Header())).ShouldBe("it holds no tensors");

    [Fact]
    public void Heads_are_summed_where_they_differ_from_layer_to_layer() => Attention(bytes => bytes.With("x.attention.head_count_kv", [0u, 2u, 0u, 4u])).ShouldBe(
        new AttentionShape { Layers = 4, FullHeads = 6, KeyLength = 8, ValueLength = 8 });

    [Fact]
    public void Layers_with_a_window_are_told_from_the_others() =>
        Attention(bytes => bytes.With("x.attention.head_count_kv", 2u).With("x.attention.sliding_window", 100u).With("x.attention.sliding_window_pattern", [1u, 1u, 1u, 0u]).With("x.attention.key_length", 16u))
            .ShouldBe(new AttentionShape { Layers = 4, FullHeads = 2, SlidingHeads = 6, SlidingWindow = 100, KeyLength = 16, ValueLength = 8 });

    [Fact]
    public void A_window_whose_layers_are_not_known_is_not_counted_on() =>
        Attention(bytes => bytes.With("x.attention.head_count_kv", 2u).With("x.attention.sliding_window", 100u))!.FullHeads.ShouldBe(8);

    [Fact]
    public void The_pattern_of_gemma_is_known() =>
        Attention(bytes => bytes.With("x.attention.head_count_kv", 1u).With("x.attention.sliding_window", 100u), "gemma2")!.SlidingHeads.ShouldBe(2);

    private static AttentionShape? Attention(Func<GgufBytes, GgufBytes> more, string architecture = "x") => Facts(more(new GgufBytes()
        .With("general.architecture", architecture).With("x.block_count", 4u).With("x.attention.head_count", 8u).With("x.embedding_length", 64u).Tensor("a", 0, 4)).Header()).Attention;

    private static ModelFacts Facts(byte[] bytes) => GgufFacts.Of([Header(bytes)], null, bytes.Length);

    private static GgufHeader Header(byte[] bytes) => GgufHeader.Read(bytes).Header.ShouldNotBeNull();
}
