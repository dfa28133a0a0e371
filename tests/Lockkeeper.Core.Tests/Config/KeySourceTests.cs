using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class KeySourceTests
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Theory]
    [InlineData("env:MY_KEY", "MY_KEY", "env:MY_KEY")]
    [InlineData("file:/run/secrets/key", "/run/secrets/key", "file:/run/secrets/key")]
    [InlineData("file:C:/keys/key", "C:/keys/key", "file:C:/keys/key")]
    [InlineData("sha256:" + Hash, Hash, "sha256:…")]
    public void A_place_or_a_hash_is_read(string text, string value, string shown)
    {
        KeySource.TryParse(text, out var source, out _).ShouldBeTrue();
        source.Value.ShouldBe(value);
        source.ToString().ShouldBe(shown);
    }

    [Theory]
    [InlineData("sk-secret-5590", "must not be the key itself; write env:NAME")]
    [InlineData("sk:secret-5590", "must not be the key itself; write env:NAME")]
    [InlineData("ENV:secret-5590", "must not be the key itself; write env:NAME")]
    [InlineData("", "must not be the key itself; write env:NAME")]
    [InlineData("env:", "names no environment variable")]
    [InlineData("env:a secret-5590", "names no environment variable")]
    [InlineData("file:", "is empty")]
    [InlineData("sha256:secret-5590", "is no SHA-256 hash, which has 64 hexadecimal digits")]
    [InlineData("sha256:zz86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "is no SHA-256 hash, which has 64 hexadecimal digits")]
    public void A_key_itself_is_refused_and_never_repeated(string text, string reason)
    {
        KeySource.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull().ShouldStartWith(reason);
        problem.ShouldNotContain("secret-5590");
    }
}
