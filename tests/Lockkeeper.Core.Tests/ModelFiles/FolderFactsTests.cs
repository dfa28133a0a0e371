using System.Text;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Core.Models;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class FolderFactsTests
{
    private const string Qwen = """
        {"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","hidden_size":1024,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,
        "max_position_embeddings":40960,"vocab_size":151936,"sliding_window":null
        """;

    [Fact]
    public void A_folder_of_MLX_is_read()
    {
        var shard = new SafetensorsBytes().ByMlx().Tensor("a.weight", "U32", 100, 8).Tensor("a.scales", "BF16", 100, 4).Tensor("a.biases", "BF16", 100, 4).Tensor("norm.weight", "BF16", 50);
        var facts = Facts(Qwen + ""","quantization":{"group_size":64,"bits":4}}""", "{%- if tools %}<|im_start|>{% if enable_thinking %}", shard: shard);
        (facts.Format, facts.Architecture, facts.ContextLength, facts.Quantization, facts.Parameters).ShouldBe((ModelFormat.Mlx, "qwen3", 40960, "4bit", (800 * 8) + 50));
        (facts.EmbeddingLength, facts.VocabularySize, facts.TemplateName).ShouldBe((1024, 151936, "chatml"));
        facts.Attention.ShouldBe(new AttentionShape { Layers = 28, FullHeads = 224, KeyLength = 128, ValueLength = 128 });
        facts.Capabilities.ShouldBe([Capability.Chat, Capability.Completion, Capability.Tokenize, Capability.Tools, Capability.Thinking]);
    }

    [Fact]
    public void Other_folders_name_the_type_of_their_weights()
    {
        var facts = Facts(Qwen + "}", shard: new SafetensorsBytes().Tensor("a", "BF16", 10, 10).Tensor("b", "F32", 10));
        (facts.Format, facts.Quantization, facts.Parameters).ShouldBe((ModelFormat.Safetensors, "BF16", 110));
    }

    [Theory]
    [InlineData("""{"quant_method":"awq","bits":4}""", "AWQ-4bit")]
    [InlineData("""{"quant_method":"fp8"}""", "FP8")]
    [InlineData("""{"bits":8}""", "8bit")]
    public void Quantization_is_told_by_its_method_and_width(string section, string expected) => Facts(Qwen + $$""","quantization_config":{{section}}}""").Quantization.ShouldBe(expected);

    [Theory]
    [InlineData("""{"model_type":"bert","architectures":["BertModel"]}""", false, ModelType.Embedding)]
    [InlineData("""{"model_type":"xlm-roberta","architectures":["XLMRobertaForSequenceClassification"]}""", false, ModelType.Rerank)]
    [InlineData("""{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"]}""", true, ModelType.Embedding)]
    [InlineData("""{"model_type":"whisper"}""", false, ModelType.Transcription)]
    [InlineData("""{"model_type":"llama"}""", false, ModelType.Chat)]
    public void What_it_is_for_is_seen_in_its_architecture_and_files(string config, bool isSentenceTransformer, object type) => Facts(config, isSentenceTransformer: isSentenceTransformer).Type.ShouldBe((ModelType)type);

    [Fact]
    public void A_model_that_sees_keeps_its_text_in_a_section()
    {
        var facts = Facts("""{"model_type":"qwen3_vl","text_config":{"max_position_embeddings":100,"num_hidden_layers":2,"num_attention_heads":4,"hidden_size":64},"vision_config":{},"audio_config":{}}""");
        (facts.ContextLength, facts.Attention!.FullHeads, facts.Attention.KeyLength, facts.Audio).ShouldBe((100, 8, 16, true));
        facts.Capabilities.ShouldContain(Capability.Vision);
    }

    [Fact]
    public void Layers_are_told_apart_where_they_are_listed()
    {
        var shape = Facts("""
            {"num_hidden_layers":4,"num_attention_heads":4,"num_key_value_heads":2,"hidden_size":64,"sliding_window":128,
            "layer_types":["sliding_attention","sliding_attention","linear_attention","full_attention"]}
            """).Attention;
        shape.ShouldBe(new AttentionShape { Layers = 4, FullHeads = 2, SlidingHeads = 4, SlidingWindow = 128, KeyLength = 16, ValueLength = 16 });
    }

    [Fact]
    public void A_window_alone_is_not_counted_on() => Facts("""{"num_hidden_layers":4,"num_attention_heads":4,"hidden_size":64,"sliding_window":128}""").Attention!.SlidingHeads.ShouldBe(0);

    [Fact]
    public void Latent_attention_keeps_one_vector_a_layer() => Facts("""{"num_hidden_layers":3,"num_attention_heads":128,"hidden_size":7168,"kv_lora_rank":512,"qk_rope_head_dim":64}""").Attention
        .ShouldBe(new AttentionShape { Layers = 3, FullHeads = 3, KeyLength = 576, ValueLength = 0 });

    private static ModelFacts Facts(string config, string? template = null, bool isSentenceTransformer = false, SafetensorsBytes? shard = null) => FolderFacts.Of(
        HubJson.Config(Encoding.UTF8.GetBytes(config)).ShouldNotBeNull(), shard is null ? [] : [SafetensorsHeader.Read(shard.Header()).Header.ShouldNotBeNull()], template, isSentenceTransformer, 0);
}
