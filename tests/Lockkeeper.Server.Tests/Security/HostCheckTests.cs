using Lockkeeper.Core.Config;
using Lockkeeper.Server.Security;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class HostCheckTests
{
    [Theory]
    [InlineData("127.0.0.1:5590", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.8.7:1", true)]
    [InlineData("localhost:5590", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("[::1]:5590", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::ffff:127.0.0.1]:5590", true)]
    [InlineData("evil.example.org", false)]
    [InlineData("evil.example.org:5590", false)]
    [InlineData("localhost.evil.example.org", false)]
    [InlineData("127.0.0.1.evil.example.org", false)]
    [InlineData("localhost.", false)]
    [InlineData("192.168.1.7:5590", false)]
    [InlineData("0.0.0.0:5590", false)]
    [InlineData("[::]:5590", false)]
    [InlineData("[::1", false)]
    [InlineData("[]", false)]
    [InlineData(":5590", false)]
    [InlineData("", false)]
    public void On_loopback_only_loopback_is_meant(string header, bool admitted) => new HostCheck(new ServerConfig()).Admits(header).ShouldBe(admitted);

    [Theory]
    [InlineData("gpu.example.org", true)]
    [InlineData("GPU.example.org:443", true)]
    [InlineData("[fd00::7]:5590", true)]
    [InlineData("[fd00:0::7]:5590", true)]
    [InlineData("example.org", false)]
    [InlineData("x.gpu.example.org", false)]
    public void A_name_that_is_allowed_is_meant_too(string header, bool admitted) =>
        new HostCheck(new ServerConfig { AllowedHosts = ["gpu.example.org", "[fd00::7]"] }).Admits(header).ShouldBe(admitted);

    [Theory]
    [InlineData("http://0.0.0.0:5590")]
    [InlineData("http://192.168.1.7:5590")]
    public void Beyond_loopback_any_address_is_meant_but_no_name(string listen)
    {
        var check = new HostCheck(new ServerConfig { Listen = listen });
        check.Admits("192.168.1.7:5590").ShouldBeTrue();
        check.Admits("10.0.0.1:8080").ShouldBeTrue("a forwarded port has an address this machine does not know");
        check.Admits("[fd00::7]").ShouldBeTrue();
        check.Admits("gpu.example.org").ShouldBeFalse();
    }

    [Fact]
    public void A_star_gives_the_check_up() => new HostCheck(new ServerConfig { AllowedHosts = ["*"] }).Admits("evil.example.org").ShouldBeTrue();
}
