using System.Text;
using Lockkeeper.Core.Media;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Media;

public sealed class DataUriTests
{
    [Theory]
    [InlineData("data:image/png;base64,aGVsbG8=", "hello")]
    [InlineData("DATA:image/png;charset=x;BASE64,aGVsbG8=", "hello")]
    [InlineData("data:;base64,aGVs bG8=\n", "hello")]
    [InlineData("data:image/png;base64,", "")]
    public void It_is_decoded(string address, string content)
    {
        var bytes = Encoding.ASCII.GetBytes(address);
        DataUri.Is(bytes).ShouldBeTrue();
        DataUri.Decode(bytes, out var decoded).ShouldBeNull();
        Encoding.ASCII.GetString(decoded.Span).ShouldBe(content);
    }

    [Theory]
    [InlineData("data:image/png;base64", "comma")]
    [InlineData("data:image/png,hello", "not base64")]
    [InlineData("data:,aGVsbG8=", "not base64")]
    [InlineData("data:image/png;base64,aGVsbG8", "sound base64")]
    [InlineData("data:image/png;base64,aGVs!G8=", "sound base64")]
    [InlineData("data:image/png;base64,aGVsbG8_", "sound base64")]
    public void What_is_wrong_with_it_is_told(string address, string told) => DataUri.Decode(Encoding.ASCII.GetBytes(address), out _).ShouldNotBeNull().ShouldContain(told);

    [Theory]
    [InlineData("http://example.com/data:image/png;base64,")]
    [InlineData("dat")]
    [InlineData("")]
    public void Another_address_is_none(string address) => DataUri.Is(Encoding.ASCII.GetBytes(address)).ShouldBeFalse();

    [Theory]
    [InlineData("data:image/png;base64,iVBO", "image/png", "iVBO")]
    [InlineData("DATA:image/png;name=a.png;BASE64,iVBO", "image/png", "iVBO")]
    [InlineData("data:,Hi%20you", "text/plain", "SGkgeW91")]
    [InlineData("data:text/plain;charset=utf-8,Hi", "text/plain", "SGk=")]
    public void It_is_read_as_text(string address, string mediaType, string encoded)
    {
        DataUri.TryParse(address, out var uri).ShouldBeTrue();
        uri.ShouldBe(new DataUri(mediaType, encoded));
    }

    [Theory]
    [InlineData("https://example.com/a.png")]
    [InlineData("data:image/png;base64")]
    [InlineData("")]
    public void Text_that_is_another_address_is_none(string address) => DataUri.TryParse(address, out _).ShouldBeFalse();

    [Fact]
    public void Written_and_read_again_it_is_the_same()
    {
        for (var length = 0; length < 9; length++)
        {
            var content = Enumerable.Range(250, length).Select(number => (byte)number).ToArray();
            var json = DataUri.JsonOf(MediaFormat.Png, content);
            (json[0], json[^1]).ShouldBe(((byte)'"', (byte)'"'));
            DataUri.Decode(json.AsMemory(1, json.Length - 2), out var decoded).ShouldBeNull();
            decoded.ToArray().ShouldBe(content);
        }
    }
}
