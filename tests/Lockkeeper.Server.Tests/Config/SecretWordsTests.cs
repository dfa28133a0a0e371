using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class SecretWordsTests
{
    [Theory]
    [InlineData("abc", "--api-key", "(hidden)")]
    [InlineData("abc", "--hf_token", "(hidden)")]
    [InlineData("--verbose", "--api-key", "--verbose")]
    [InlineData("--password=abc", null, "--password=(hidden)")]
    [InlineData("/load?token=abc&model=m", null, "/load?token=(hidden)&model=m")]
    [InlineData("4096", "--max-tokens", "4096")]
    [InlineData("x", "--tokenizer", "x")]
    [InlineData("monkey=1", null, "monkey=1")]
    public void What_stands_where_a_secret_would_is_not_shown(string word, string? before, string shown) => SecretWords.Shown(word, before).ShouldBe(shown);
}
