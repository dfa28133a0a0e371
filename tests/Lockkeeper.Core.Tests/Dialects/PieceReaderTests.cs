using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class PieceReaderTests
{
    [Theory]
    [InlineData(""" "plain ä€😀" """, "plain ä€😀")]
    [InlineData(""" "\"\\\/\b\f\n\r\t\u00e4\u20AC\ud83d\ude00!" """, "\"\\/\b\f\n\r\tä€😀!")]
    [InlineData(""" "" """, "")]
    [InlineData("null", "")]
    [InlineData("7", "")]
    public void A_string_is_read_as_its_text(string json, string text) => Read(new PieceReader(), json).ShouldBe(text);

    [Fact]
    public void A_character_cut_in_two_is_told_whole()
    {
        var pieces = new PieceReader();
        Read(pieces, """ "a\ud83d" """).ShouldBe("a");
        Read(pieces, """ "\ude00b" """).ShouldBe("😀b");
        pieces.Rest().ToString().ShouldBe("");
    }

    [Fact]
    public void Half_a_character_that_stays_alone_is_told_at_the_end()
    {
        var pieces = new PieceReader();
        Read(pieces, """ "a\ud83d" """).ShouldBe("a");
        pieces.Rest().ToString().ShouldBe("\ud83d");
        pieces.Rest().ToString().ShouldBe("");
    }

    [Fact]
    public void A_long_string_has_room_behind_the_half_before_it()
    {
        var pieces = new PieceReader();
        Read(pieces, """ "\ud83d" """).ShouldBe("");
        var text = new string('x', 256);
        Read(pieces, $"\"\\ude00{text}\"").ShouldBe("😀" + text);
    }

    private static string Read(PieceReader pieces, string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return pieces.Read(reader).ToString();
    }
}
