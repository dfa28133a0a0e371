using System.Buffers.Binary;
using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class GgufHeaderTests
{
    [Fact]
    public void The_header_of_the_demo_model_is_read()
    {
        var file = File.ReadAllBytes(Repository.DemoGuide);
        var header = Read(file);
        (header.TensorCount, header.Tokens, header.MainType, header.FileLength).ShouldBe((39, 1024, "Q8_0", file.Length));
        header.Text(GgufHeader.Keys.Name).ShouldBe("Lockkeeper demo guide");
        header.Number(GgufHeader.Keys.Context).ShouldBe(2048);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Both_versions_in_use_are_read(uint version) => Read(new GgufBytes { Version = version }.With("general.architecture", "x").Header()).Text(GgufHeader.Keys.Architecture).ShouldBe("x");

    [Fact]
    public void A_file_must_be_as_long_as_its_tensors_reach()
    {
        var bytes = new GgufBytes().With("general.alignment", 64u).Tensor("a", 1, 100, 3).Tensor("b", 0, 5);
        var header = Read(bytes.Header());
        header.Parameters.ShouldBe(305);
        header.FileLength.ShouldBe(Align(bytes.Header().Length, 64) + Align(600, 32) + 20);
    }

    [Fact]
    public void The_same_key_twice_says_what_it_said_first() =>
        Read(new GgufBytes().With("llama.context_length", 1u).With("qwen.context_length", 2u).Header()).Number(GgufHeader.Keys.Context).ShouldBe(1);

    [Fact]
    public void Bytes_that_end_early_are_asked_for_more_at_every_length()
    {
        var whole = GgufBytes.Llama().With("tokenizer.ggml.tokens", ["a", "b", "c"]).Header();
        for (var length = 0; length < whole.Length; length++)
        {
            GgufHeader.Read(whole.AsSpan(0, length)).NeedsMore.ShouldBeTrue($"{length} of {whole.Length} bytes");
        }

        GgufHeader.Read(whole).Header.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(1u, "it is GGUF of version 1; 2 and 3 are known")]
    [InlineData(0x03000000u, "it is written for machines of the other byte order")]
    public void Other_versions_are_refused(uint version, string why) => GgufHeader.Read(new GgufBytes { Version = version }.Header()).Refusal.ShouldBe(why);

    [Fact]
    public void What_is_no_GGUF_file_is_refused_by_its_first_bytes() => GgufHeader.Read("<html>"u8).Refusal.ShouldBe("it is no GGUF file");

    [Theory]
    [InlineData(4u, ulong.MaxValue)]
    [InlineData(4u, 1UL << 60)]
    [InlineData(8u, ulong.MaxValue)]
    [InlineData(9u, 5UL)]
    [InlineData(77u, 5UL)]
    public void An_array_that_claims_the_impossible_is_refused_or_runs_out_of_bytes(uint itemType, ulong count)
    {
        foreach (var key in new[] { "tokenizer.ggml.tokens", "some.other", "llama.attention.head_count_kv" })
        {
            var reading = GgufHeader.Read(new GgufBytes().Claiming(key, itemType, count).Header());
            (reading.Refusal is not null || reading.NeedsMore).ShouldBeTrue();
        }
    }

    [Fact]
    public void More_tensors_or_entries_than_any_model_has_are_refused()
    {
        foreach (var at in new[] { 8, 16 })
        {
            var bytes = GgufBytes.Llama().Header();
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), 1UL << 40);
            GgufHeader.Read(bytes).Refusal.ShouldBe("it claims more tensors or entries than any model has");
        }
    }

    [Fact]
    public void A_tensor_larger_than_any_is_refused() => GgufHeader.Read(new GgufBytes().Tensor("a", 30, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue).Header()).Refusal.ShouldBe("a tensor of it is larger than any");

    [Fact]
    public void A_text_longer_than_is_kept_is_as_if_it_were_not_there() => Read(new GgufBytes().With("general.name", new string('x', 5000)).Header()).Text(GgufHeader.Keys.Name).ShouldBeNull();

    private static GgufHeader Read(byte[] bytes) => GgufHeader.Read(bytes) is { Header: { } header } ? header : throw new ShouldAssertException(GgufHeader.Read(bytes).Refusal ?? "it needs more");

    private static long Align(long bytes, int to) => (bytes + to - 1) / to * to;
}
