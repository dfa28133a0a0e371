using System.Text.Json;
using Lockkeeper.Core.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class JsonConditionTests
{
    private static readonly JsonElement Answer = JsonElement.Parse("""{"status":"ok","up":true,"n":3.0,"none":null,"a":{"b":"x y"},"list":[{"id":"i"}]}""");

    [Theory]
    [InlineData("status == ok")]
    [InlineData("status==ok")]
    [InlineData("status == \"ok\"")]
    [InlineData("status != loading")]
    [InlineData("up == true")]
    [InlineData("up != false")]
    [InlineData("n == 3")]
    [InlineData("n != 4")]
    [InlineData("none == null")]
    [InlineData("missing == null")]
    [InlineData("missing != ok")]
    [InlineData("a.b == x y")]
    [InlineData("list[0].id == i")]
    [InlineData("list[0] != null")]
    [InlineData("list[1] == null")]
    public void It_holds(string text) => Parse(text).Holds(Answer).ShouldBeTrue();

    [Theory]
    [InlineData("status == OK")]
    [InlineData("status != ok")]
    [InlineData("up == True")]
    [InlineData("n == 3x")]
    [InlineData("n != 3")]
    [InlineData("a == x")]
    [InlineData("missing == ok")]
    [InlineData("missing != null")]
    [InlineData("status.ok == ok")]
    public void It_does_not_hold(string text) => Parse(text).Holds(Answer).ShouldBeFalse();

    [Theory]
    [InlineData("status")]
    [InlineData("status = ok")]
    [InlineData("status ==")]
    [InlineData("== ok")]
    [InlineData("a..b == ok")]
    [InlineData("a[x] == ok")]
    [InlineData("a b == ok")]
    public void It_is_refused(string text) => JsonCondition.TryParse(text, out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("status == x", "status is \"ok\"")]
    [InlineData("missing == x", "there is no missing")]
    public void It_says_what_is_there_instead(string text, string found) => Parse(text).Found(Answer).ShouldBe(found);

    private static JsonCondition Parse(string text) => JsonCondition.TryParse(text, out var condition, out var problem) ? condition : throw new FormatException(problem);
}
