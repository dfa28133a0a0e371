using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class PieceWriterTests
{
    [Theory]
    [InlineData("plain", """{"t":"plain"}""")]
    [InlineData("<b> & 'ä' \"\\\n", """{"t":"<b> & 'ä' \"\\\n"}""")]
    [InlineData("😀", """{"t":"\uD83D\uDE00"}""")]
    public void Text_is_written_as_it_is(string text, string json) => Written(text).ShouldBe(json);

    [Fact]
    public void Half_a_character_is_written_as_half_a_character()
    {
        Written("\ud83d").ShouldBe("""{"t":"\ud83d"}""");
        Written("😀a\ude00\"\\\n ä").ShouldBe("""{"t":"😀a\ude00\"\\\n ä"}""");
    }

    private static string Written(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = PieceWriter.For(output);
        writer.WriteStartObject();
        writer.WritePiece("t"u8, text);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
