using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class LikenessTests
{
    [Fact]
    public void Sections_are_alike_when_everything_in_them_says_the_same()
    {
        Likeness.Of(Engine("x"), Engine("x")).ShouldBeTrue();
        Engine("x").ShouldNotBe(Engine("x")); // which is why there is such a thing
        Likeness.Of(Engine("x"), Engine("y")).ShouldBeFalse();
        Likeness.Of(Engine("x"), Engine("x") with { Env = null }).ShouldBeFalse();
        Likeness.Of(Engine("x"), Engine("x") with { Args = ["--a", "--b"] }).ShouldBeFalse();
        Likeness.Of(null, null).ShouldBeTrue();
        Likeness.Of(null, Engine("x")).ShouldBeFalse();
    }

    [Fact]
    public void The_order_of_a_map_says_nothing_and_that_of_a_list_does()
    {
        Likeness.Of(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }).ShouldBeTrue();
        Likeness.Of(new List<string> { "a", "b" }, new List<string> { "b", "a" }).ShouldBeFalse();
    }

    private static EngineConfig Engine(string value) => new() { Args = ["--a"], Env = new Dictionary<string, string> { ["V"] = value }, Ready = new ReadyConfig { Path = "/r" } };
}
