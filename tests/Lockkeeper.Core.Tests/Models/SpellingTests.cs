using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Models;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("lisen", "listen")]
    [InlineData("MAX_BODY", "max_body")]
    [InlineData("shutdowngrace", "shutdown_grace")]
    [InlineData("api_keys", null)]
    public void The_nearest_known_name_is_found_when_one_is_near(string asked, string? expected) =>
        Spelling.Nearest(asked, ["listen", "shutdown_grace", "max_body"]).ShouldBe(expected);

    [Fact]
    public void Near_names_come_nearest_first_and_no_more_than_asked_for() =>
        Spelling.Near("qwen3-8b", ["qwen3-14b", "qwen3-8b-q4", "qwen3-8", "llama"], 2).ShouldBe(["qwen3-8", "qwen3-14b"]);
}
