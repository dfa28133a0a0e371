using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class DataUriTests
{
    [Theory]
    [InlineData("data:image/png;base64,iVBO", "image/png", "iVBO")]
    [InlineData("DATA:image/png;name=a.png;BASE64,iVBO", "image/png", "iVBO")]
    [InlineData("data:,Hi%20you", "text/plain", "SGkgeW91")]
    [InlineData("data:text/plain;charset=utf-8,Hi", "text/plain", "SGk=")]
    public void A_file_in_its_address_is_found(string url, string mediaType, string base64)
    {
        DataUri.TryParse(url, out var uri).ShouldBeTrue();
        uri.ShouldBe(new DataUri(mediaType, base64));
    }

    [Theory]
    [InlineData("https://example.com/a.png")]
    [InlineData("data:image/png;base64")]
    [InlineData("")]
    public void Other_addresses_are_none(string url) => DataUri.TryParse(url, out _).ShouldBeFalse();
}
