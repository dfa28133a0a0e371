using FsCheck.Fluent;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

/// <summary>Whatever the bytes are: nothing throws, and what is allocated is bounded by what is there, never by what is claimed.</summary>
public sealed class ModelFilesFuzzTests
{
    /// <summary>Of one reading of at most 64 KiB: the texts in it as UTF-16, the sums, and a document a few times its size.</summary>
    private const long MostAllocated = 2 * 1024 * 1024;

    private static readonly FsCheck.Config Many = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(400);

    private static readonly byte[] Gguf = GgufBytes.Llama().With("tokenizer.ggml.tokens", ["a", "b"]).With("tokenizer.chat_template", "{% if tools %}<think>").With("llama.attention.sliding_window_pattern", [1u, 0u]).Header();

    private static readonly byte[] Safetensors = new SafetensorsBytes().ByMlx().Tensor("a.weight", "U32", 4, 4).Tensor("a.scales", "F16", 4).Header();

    private static readonly byte[] Config = """
        {"architectures":["QwenForCausalLM"],"model_type":"qwen3","num_hidden_layers":4,"num_attention_heads":8,"num_key_value_heads":2,"hidden_size":64,"max_position_embeddings":4096,
        "sliding_window":128,"layer_types":["full_attention","sliding_attention",[1,{"a":"\u0041"}]],"quantization":{"bits":4},"vision_config":{},"_name_or_path":"\ud83d\ude00"}
        """u8.ToArray();

    private static readonly byte[] Tokenizer = """{"a":[{"b":1}],"chat_template":[{"name":"tool_use","template":"x"},{"name":"default","template":"{{ tools }}"}]}"""u8.ToArray();

    private static readonly byte[] Index = """{"metadata":{"total_size":5},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"""u8.ToArray();

    public static TheoryData<string> Kinds => ["gguf", "safetensors", "config", "tokenizer", "index"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Random_bytes_are_survived(string kind) =>
        FsCheck.Check.One(Many, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Survive(kind, bytes ?? [])));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Flipped_bits_are_survived(string kind)
    {
        var flips = Gen.Choose(0, (Sample(kind).Length * 8) - 1).ListOf();
        FsCheck.Check.One(Many, Prop.ForAll(flips.ToArbitrary(), places =>
        {
            var bytes = Sample(kind).ToArray();
            foreach (var place in places.Take(8))
            {
                bytes[place / 8] ^= (byte)(1 << (place % 8));
            }

            Survive(kind, bytes);
        }));
    }

    /// <summary>Eight bytes anywhere become a number that is huge, negative or near an edge: counts, lengths, sizes and offsets are all of eight or four bytes.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Huge_numbers_anywhere_are_survived(string kind)
    {
        ulong[] numbers = [ulong.MaxValue, long.MaxValue, 1UL << 63, uint.MaxValue, 1UL << 32, 1UL << 40, int.MaxValue, 64 * 1024 * 1024, (64 * 1024 * 1024) + 1];
        for (var at = 0; at <= Sample(kind).Length - 8; at++)
        {
            foreach (var number in numbers)
            {
                var bytes = Sample(kind).ToArray();
                BitConverter.TryWriteBytes(bytes.AsSpan(at), number);
                Survive(kind, bytes);
            }
        }
    }

    [Fact]
    public void The_samples_are_sound()
    {
        GgufHeader.Read(Gguf).Header.ShouldNotBeNull();
        SafetensorsHeader.Read(Safetensors).Header.ShouldNotBeNull();
        HubJson.Config(Config).ShouldNotBeNull();
        HubJson.ChatTemplate(Tokenizer).ShouldBe("{{ tools }}");
        HubJson.Shards(Index)!.Count.ShouldBe(2);
    }

    private static byte[] Sample(string kind) => kind switch
    {
        "gguf" => Gguf,
        "safetensors" => Safetensors,
        "config" => Config,
        "tokenizer" => Tokenizer,
        _ => Index,
    };

    private static void Survive(string kind, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        switch (kind)
        {
            case "gguf" when GgufHeader.Read(bytes).Holds(out var header):
                GgufFacts.Refuse(header);
                Sound(GgufFacts.Of([header, header], header, bytes.Length));
                break;
            case "safetensors" when SafetensorsHeader.Read(bytes).Holds(out var header):
                header.FileLength.ShouldBeGreaterThan(0);
                Sound(FolderFacts.Of(HubJson.Config(Config)!.Value, [header, header], null, false, bytes.Length));
                break;
            case "config" when HubJson.Config(bytes) is { } config:
                Sound(FolderFacts.Of(config, [], "x", true, 0));
                break;
            case "tokenizer":
                HubJson.ChatTemplate(bytes);
                break;
            case "index":
                HubJson.Shards(bytes);
                break;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostAllocated);
    }

    private static void Sound(ModelFacts facts)
    {
        (facts.Parameters ?? 0).ShouldBeGreaterThanOrEqualTo(0);
        var estimate = MemoryEstimate.Of(facts);
        new[] { estimate.Weights, estimate.Cache, estimate.Compute, estimate.Total }.ShouldAllBe(bytes => bytes >= 0);
    }
}
