using Lockkeeper.Core.Config;
using Lockkeeper.Server.Security;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class OriginCheckTests
{
    [Theory]
    [InlineData("http://gpu.example.org:5590", "gpu.example.org:5590", true)]
    [InlineData("https://GPU.example.org", "gpu.example.org", true)]
    [InlineData("http://gpu.example.org:8080", "gpu.example.org:5590", false)]
    [InlineData("http://gpu.example.org.evil.org", "gpu.example.org", false)]
    [InlineData("app://gpu.example.org", "gpu.example.org", false)]
    [InlineData("null", "null", false)]
    public void A_page_of_this_server_has_its_host_and_port(string origin, string host, bool own) => OriginCheck.IsOwn(origin, host).ShouldBe(own);

    [Theory]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://127.0.0.1", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("tauri://localhost", true)]
    [InlineData("https://chat.example.org", true)]
    [InlineData("HTTPS://chat.example.org", true)]
    [InlineData("app://obsidian.md", true)]
    [InlineData("http://chat.example.org", false)]
    [InlineData("https://chat.example.org:8443", false)]
    [InlineData("https://evil.org", false)]
    [InlineData("http://localhost.evil.org", false)]
    [InlineData("http://127.0.0.1.evil.org", false)]
    [InlineData("http://localhost@evil.org", false)]
    [InlineData("http://0.0.0.0:5590", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("http://localhost:3000,https://evil.org", false)]
    public void Another_page_must_be_of_this_machine_or_listed(string origin, bool admitted) =>
        new OriginCheck(new ServerConfig { Cors = ["https://chat.example.org", "app://obsidian.md"] }).Admits(origin).ShouldBe(admitted);

    [Fact]
    public void A_star_lets_every_page_in() => new OriginCheck(new ServerConfig { Cors = ["*"] }).Admits("null").ShouldBeTrue();
}
