using Lockkeeper.Core.ModelFiles;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class SafetensorsHeaderTests
{
    [Fact]
    public void Tensors_are_summed_by_type_and_the_length_of_the_file_is_known()
    {
        var bytes = new SafetensorsBytes().Tensor("a", "BF16", 3, 5).Tensor("b", "BF16", 2).Tensor("c", "F32", 7).Header();
        var header = SafetensorsHeader.Read(bytes).Header.ShouldNotBeNull();
        header.Elements.ShouldBe(new Dictionary<string, long> { ["BF16"] = 17, ["F32"] = 7 }, ignoreOrder: true);
        (header.FileLength, header.IsMlx).ShouldBe((bytes.Length + 34 + 28, false));
    }

    [Fact]
    public void Bytes_that_end_early_are_asked_for_more_at_every_length()
    {
        var whole = new SafetensorsBytes().ByMlx().Tensor("a", "F16", 2).Header();
        for (var length = 0; length < whole.Length; length++)
        {
            SafetensorsHeader.Read(whole.AsSpan(0, length)).NeedsMore.ShouldBeTrue($"{length} of {whole.Length} bytes");
        }

        SafetensorsHeader.Read(whole).Header!.IsMlx.ShouldBeTrue();
    }

    [Theory]
    [InlineData("<html>\n<body>no such file")]
    [InlineData("\u0010\0\0\0\0\0\0\0[1, 2, 3, 4, 5 ]")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\": [1, 2, 3]}")]
    [InlineData("\0\0\0\0\0\0\0\0{}")]
    public void What_is_none_is_refused(string text) => SafetensorsHeader.Read(System.Text.Encoding.Latin1.GetBytes(text)).Refusal.ShouldNotBeNull();
}
