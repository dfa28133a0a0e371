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
    public void A_loopback_url_is_accepted(string listen)
    {
        ListenAddress.Refuse(listen, mayFaceOthers: false).ShouldBeNull();
        ListenAddress.IsLoopback(listen).ShouldBeTrue();
    }

    [Theory]
    [InlineData("http://0.0.0.0:5590")]
    [InlineData("http://[::]:5590")]
    [InlineData("http://192.168.1.7:5590")]
    [InlineData("http://0.0.0.0:0")]
    public void An_address_others_can_reach_must_be_meant(string listen)
    {
        ListenAddress.Refuse(listen, mayFaceOthers: false).ShouldNotBeNull().ShouldContain("give server.api_keys, or say server.allow_anonymous: true");
        ListenAddress.Refuse(listen, mayFaceOthers: true).ShouldBeNull();
        ListenAddress.IsLoopback(listen).ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://*:5590", "every address of this machine is http://0.0.0.0:5590")]
    [InlineData("http://+:5590", "every address of this machine is http://0.0.0.0:5590")]
    [InlineData("http://example.org:5590", "names no address of this machine")]
    [InlineData("http://localhost.example.org:5590", "names no address of this machine")]
    [InlineData("http://loopback:5590", "names no address of this machine")]
    [InlineData("http://127。0。0。1:5590", "names no address of this machine")]
    [InlineData("http://localhost.:5590", "names no address of this machine")]
    public void A_name_that_the_server_would_not_look_up_is_refused(string listen, string reason)
    {
        ListenAddress.Refuse(listen, mayFaceOthers: true).ShouldNotBeNull().ShouldContain(reason);
        ListenAddress.IsLoopback(listen).ShouldBeFalse();
    }

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
    public void Anything_else_is_refused_with_its_own_reason(string listen, string reason) => ListenAddress.Refuse(listen, mayFaceOthers: true).ShouldNotBeNull().ShouldContain(reason);
}
