using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class JsonNameTests
{
    [Theory]
    [InlineData("stream", true)]
    [InlineData("streams", false)]
    [InlineData("strea", false)]
    [InlineData("", false)]
    [InlineData(@"stre\u0061m", true)]
    [InlineData(@"\u0073\u0074\u0072\u0065\u0061\u006D", true)]
    [InlineData(@"\u0073\u0074\u0072\u0065\u0061\u006d\u006d", false)]
    [InlineData(@"strea\n", false)]
    [InlineData(@"str\/am", false)]
    [InlineData(@"\ud83d", false)]
    [InlineData(@"\ude00\ud83d", false)]
    [InlineData(@"stream\ud83d", false)]
    public void It_is_compared_by_what_it_means(string written, bool same)
    {
        var text = Encoding.UTF8.GetBytes($"\"{written}\"");
        var whole = new Utf8JsonReader(text);
        whole.Read();
        JsonName.Is(whole, "stream"u8).ShouldBe(same);

        // In pieces, as a body comes.
        for (var cut = 1; cut < text.Length; cut++)
        {
            var cutUp = new Utf8JsonReader(Pieces.Of(text, cut));
            cutUp.Read();
            JsonName.Is(cutUp, "stream"u8).ShouldBe(same);
        }
    }

    [Fact]
    public void It_may_be_any_word_that_a_configuration_has()
    {
        var reader = new Utf8JsonReader("\"gr\\u00f6\u00dfe \\ud83d\\ude42\""u8);
        reader.Read();
        JsonName.Is(reader, "größe 🙂"u8).ShouldBeTrue();
        JsonName.Is(reader, "größe 🙁"u8).ShouldBeFalse();
    }
}
