using Lockkeeper.Server.Import;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Import;

public sealed class ProvidersTests
{
    [Theory]
    [InlineData("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")]
    [InlineData("https://API.OPENAI.COM", "OPENAI_API_KEY")]
    [InlineData("https://api.openai.com.evil.example", null)]
    [InlineData("http://192.168.1.23:8080", null)]
    public void A_provider_is_known_by_its_host(string address, string? variable) => Providers.KeyOf(address).ShouldBe(variable);

    [Theory]
    [InlineData("my-peer", "MY_PEER_API_KEY")]
    [InlineData("2nd", "_2ND_API_KEY")]
    [InlineData("größe", "GR__E_API_KEY")]
    public void Others_have_a_variable_of_their_own(string name, string variable) => Providers.KeyNamed(name).ShouldBe(variable);
}
