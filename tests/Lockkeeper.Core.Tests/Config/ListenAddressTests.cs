using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5590")]
    [InlineData("http://127.0.0.1:5590/")]
    [InlineData("HTTP://127.0.0.1:5590")]
    [InlineData("http://127.1.2.3:80")]
    [InlineData("http://LOCALHOST:5590")]
    [InlineData("http://localhost:5590")]
    [InlineData("http://[::1]:5590")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:0")]
    public void A_loopback_url_is_accepted(string listen) => ListenAddress.Refuse(listen).ShouldBeNull();

    [Theory]
    [InlineData("http://0.0.0.0:5590")]
    [InlineData("http://*:5590")]
    [InlineData("http://+:5590")]
    [InlineData("http://[::]:5590")]
    [InlineData("http://192.168.1.7:5590")]
    [InlineData("http://example.org:5590")]
    [InlineData("http://localhost.example.org:5590")]
    [InlineData("http://loopback:5590")]
    [InlineData("http://127。0。0。1:5590")]
    [InlineData("http://localhost.:5590")]
    public void An_address_others_can_reach_needs_keys(string listen) =>
        ListenAddress.Refuse(listen).ShouldNotBeNull().ShouldContain("needs API keys, which this version does not have");

    [Theory]
    [InlineData("", "is not a URL")]
    [InlineData("5590", "is not a URL")]
    [InlineData(" http://127.0.0.1:5590", "is not a URL")]
    [InlineData("http://", "is not a URL")]
    [InlineData("://", "is not a URL")]
    [InlineData("http://:5590", "is not a URL")]
    [InlineData("localhost:5590", "is not a URL")]
    [InlineData("127.0.0.1:5590", "is not a URL")]
    [InlineData("http://127.0.0.1:99999", "is not a URL")]
    [InlineData("/run/lockkeeper.sock", "is not a URL")]
    [InlineData("https://127.0.0.1:5590", "asks for TLS")]
    [InlineData("ftp://127.0.0.1:5590", "is not an http URL")]
    [InlineData("http://127.0.0.1:5590/v1", "holds more than a host and a port")]
    [InlineData("http://127.0.0.1:5590?a=b", "holds more than a host and a port")]
    [InlineData("http://me:secret@127.0.0.1:5590", "holds more than a host and a port")]
    [InlineData("http://127.0.0.1", "names no port")]
    [InlineData("http://[::1]/", "names no port")]
    [InlineData("http://localhost:0", "write http://127.0.0.1:0")]
    public void Anything_else_is_refused_with_its_own_reason(string listen, string reason) => ListenAddress.Refuse(listen).ShouldNotBeNull().ShouldContain(reason);
}
