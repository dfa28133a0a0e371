using System.Buffers;
using System.Text;
using Lockkeeper.Core.Media;
using Lockkeeper.Core.Tests.Wire;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Media;

public sealed class MediaScanTests
{
    private const string Chat = """
        { "model":"m", "tools":[{"function":{"parameters":{"image_url":{"url":"not this"}}}}], "messages" : [
          {"role":"system","content":"image_url, text alone"},
          {"role":"user","content":[ {"type":"text","text":"{\"image_url\":1}"}, { "type":"image_url", "image_url" : {"detail":"low", "url" : "data:a\/b" } } ]},
          {"content":[{"image_url":"http://plain"},{"type":"file","file":{"filename":"x.pdf","file_data":"data:p"}},{"type":"video_url","video_url":{"url":"u"}},{"type":"image_url","image_url":null}]}
        ] }
        """;

    [Fact]
    public void Every_part_is_found_with_its_place_and_its_address_however_the_body_is_cut()
    {
        var bytes = Encoding.UTF8.GetBytes(Chat);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var body = Pieces.Of(bytes, size);
            MediaScan.MayHoldMedia(body).ShouldBeTrue();
            MediaScan.Find(body).Holds(out var parts, out _).ShouldBeTrue();
            parts!.Select(part => (part.Kind, part.Place, Text(body, part.Value))).ShouldBe(
            [
                (MediaPartKind.Image, "messages[1].content[1]", "\"data:a\\/b\""),
                (MediaPartKind.Image, "messages[2].content[0]", "\"http://plain\""),
                (MediaPartKind.File, "messages[2].content[1]", "\"data:p\""),
                (MediaPartKind.Recording, "messages[2].content[2]", "\"u\""),
            ]);
            Text(body, parts![0].Part).ShouldBe("""{ "type":"image_url", "image_url" : {"detail":"low", "url" : "data:a\/b" } }""");
            Text(body, parts[1].Part).ShouldBe("""{"image_url":"http://plain"}""");
        }
    }

    [Fact]
    public void What_is_to_be_ranked_is_looked_through_too()
    {
        var body = new ReadOnlySequence<byte>("""{"query":{"content":[{"image_url":"a"}]},"documents":["text",{"content":[{"type":"text"},{"image_url":{"url":"b"}}]}]}"""u8.ToArray());
        MediaScan.Find(body).Holds(out var parts, out _).ShouldBeTrue();
        parts!.Select(part => (part.Place, Text(body, part.Value))).ShouldBe([("query.content[0]", "\"a\""), ("documents[1].content[1]", "\"b\"")]);
    }

    [Theory]
    [InlineData("""{"messages":[{},{"content":{"type":"image_url","image_url":{"url":"http://x"}}}]}""", MediaPartKind.Image, "messages[1].content", "\"http://x\"", true)]
    [InlineData("""{"messages":[{"content":{"image_url":"http://x"},"role":"user"}]}""", MediaPartKind.Image, "messages[0].content", "\"http://x\"", true)]
    [InlineData("""{"messages":[{"content":{"type":"image","url":"http://x"}}]}""", MediaPartKind.Bare, "messages[0].content", "\"http://x\"", false)]
    [InlineData("""{"messages":[{"content":["a",{"type":"image","url":"file:///etc/passwd"}]}]}""", MediaPartKind.Bare, "messages[0].content[1]", "\"file:///etc/passwd\"", false)]
    [InlineData("""{"messages":[{"content":[{"type":"hologram","url":{"url":"http://x"}}]}]}""", MediaPartKind.Bare, "messages[0].content[0]", "\"http://x\"", false)]
    internal void A_part_of_any_type_is_found_also_where_a_list_is_due(string json, MediaPartKind kind, string place, string value, bool isAlone)
    {
        var body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json));
        MediaScan.MayHoldMedia(body).ShouldBeTrue();
        MediaScan.Find(body).Holds(out var parts, out _).ShouldBeTrue();
        parts!.Select(part => (part.Kind, part.Place, Text(body, part.Value), part.IsAlone)).ShouldBe([(kind, place, value, isAlone)]);
    }

    [Theory]
    [InlineData("""{"messages":[{"content":"what is an image_url, and \"file\"?"}]}""", false)]
    [InlineData("""{"messages":[{"content":"caf\u00e9 \u2028 \\u005f"}]}""", true)]
    [InlineData("""{"messages":[{"content":"caf\u00e9 \u2028"}]}""", false)]
    [InlineData("""{"messages":[{"content":[{"image_url":""}]}]}""", true)]
    [InlineData("""{"messages":[{"content":[{"file":{}}]}]}""", true)]
    [InlineData("""{"messages":[{"content":{"url":""}}]}""", true)]
    [InlineData("""{"messages":[{"content":"a url: {\"url\":1}"}]}""", false)]
    public void A_text_is_told_from_what_may_hold_more_however_it_is_cut(string body, bool may)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var size = 1; size <= bytes.Length; size++)
        {
            MediaScan.MayHoldMedia(Pieces.Of(bytes, size)).ShouldBe(may);
        }
    }

    [Theory]
    [InlineData("image\\u005furl")]
    [InlineData("\\u0069mage_url")]
    [InlineData("image_ur\\u006c")]
    [InlineData("image_\\u0075rl")]
    [InlineData("image_u\\u0072\\u006C")]
    [InlineData("f\\u0069le")]
    [InlineData("\\u0076ideo_url")]
    public void A_name_in_disguise_is_not_overlooked(string name)
    {
        var body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("""{"messages":[{"content":[{"NAME":{"url":"x","file_data":"x"}}]}]}""".Replace("NAME", name)));
        MediaScan.MayHoldMedia(body).ShouldBeTrue();
        MediaScan.Find(body).Holds(out var parts, out _).ShouldBeTrue();
        parts!.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"messages":[],"messages":[{"content":[]}]}""", "messages")]
    [InlineData("""{"messages":[{"content":"a","content":[{"image_url":"b"}]}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"content":{"image_url":"b"},"content":"a"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"content":{"image_url":"a","image_url":"b"}}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{},{"content":[{"image_url":{"url":"a","url":"b"}}]}]}""", "messages[1].content[0].url")]
    [InlineData("""{"messages":[{"content":[{},{"image_url":"a","image_url":"b"}]}]}""", "messages[0].content[1]")]
    [InlineData("""{"messages":[{"content":[{"image_url":"a","file":{"file_data":"b"}}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"content":[{"image_url":{}}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"content":[{"image_url":7}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"content":[{"image_url":{"url":null}}]}]}""", "messages[0].content[0].url")]
    [InlineData("""{"messages":[{"content":[{"file":"a"}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"content":[{"file":{"file_id":"a"}}]}]}""", "messages[0].content[0]")]
    public void What_could_be_read_in_two_ways_or_not_at_all_is_refused_by_its_place(string body, string field) =>
        MediaScan.Find(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(field);

    [Theory]
    [InlineData("""{"messages":{"content":[{"image_url":"a"}]}}""")]
    [InlineData("""{"messages":[[{"content":[{"image_url":"a"}]}],"x",{"content":{"text":"a"}},{"content":7},{"content":null},{"content":[["b"],1]}]}""")]
    [InlineData("""{"tools":[{"function":{"parameters":{"properties":{"url":{"type":"string"}}}}}],"messages":[{"content":"x","url":"http://x"},{"content":[],"tool_calls":[{"function":{"arguments":{"url":"http://x"}}}]}]}""")]
    [InlineData("""{"x":{"messages":[{"content":[{"image_url":"a"}]}]}}""")]
    [InlineData("""{}""")]
    public void What_is_no_chat_is_the_engines_to_refuse(string body)
    {
        MediaScan.Find(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var parts, out _).ShouldBeTrue();
        parts!.ShouldBeEmpty();
    }

    private static string Text(ReadOnlySequence<byte> body, ByteRange range) => Encoding.UTF8.GetString(body.Slice(range.Start, range.Length).ToArray());
}
