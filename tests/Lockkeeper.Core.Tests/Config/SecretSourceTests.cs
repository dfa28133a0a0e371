using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class SecretSourceTests
{
    [Theory]
    [InlineData("env:NAME", false, "NAME")]
    [InlineData("file:~/key", true, "~/key")]
    public void A_place_is_read_and_shown_as_it_is_written(string written, bool isFile, string value)
    {
        SecretSource.TryParse(written, out var source, out var problem).ShouldBeTrue(problem);
        (source.Place, source.Value, source.ToString()).ShouldBe((isFile ? KeyPlace.File : KeyPlace.Environment, value, written));
    }

    [Theory]
    [InlineData("sk-very-secret")]
    [InlineData("env:")]
    [InlineData("file:")]
    [InlineData("sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")]
    public void Anything_else_is_refused_without_being_cited(string written)
    {
        SecretSource.TryParse(written, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("must not be the secret itself, nor its hash; write env:NAME (an environment variable) or file:PATH");
    }

    [Fact]
    public void A_secret_shows_itself_to_nobody() => $"{new Secret("sk-very-secret")}".ShouldBe("(secret)");
}
