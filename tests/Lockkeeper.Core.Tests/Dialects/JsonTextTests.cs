using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class JsonTextTests
{
    [Fact]
    public void Any_text_is_read_as_it_was_written() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.OneOf(Gen.Choose(0, 0x7F), Gen.Choose(0xD7F0, 0xE010), Gen.Elements<int>('"', '\\', '\n'))).Select(codes => new string([.. codes.Select(code => (char)code)]))), text =>
    {
        var written = Write(text);
        JsonDocument.Parse(written).Dispose();
        Read(written).ShouldBe(text);
    }));

    [Theory]
    [InlineData("a\"b\\c\n\r\t\u0001", "\"a\\\"b\\\\c\\n\\r\\t\\u0001\"")]
    [InlineData("<é🙂>", "\"<é🙂>\"")]
    public void Only_what_must_be_is_escaped(string text, string json) => Write(text).ShouldBe(json);

    /// <summary>A fact of its own: an attribute cannot hold such a text.</summary>
    [Fact]
    public void Half_a_pair_is_an_escape() => Write("\ude42\ud83d!").ShouldBe("\"\\ude42\\ud83d!\"");

    [Fact]
    public void All_escapes_are_read() => Read("""
        "\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE42 é\ud83d"
        """).ShouldBe("\"\\/\b\f\n\r\té🙂 é\ud83d");

    private static string Write(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonText.WriteString(output, text);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        var text = new char[reader.ValueSpan.Length];
        return new string(text, 0, JsonText.Read(reader, text));
    }
}
