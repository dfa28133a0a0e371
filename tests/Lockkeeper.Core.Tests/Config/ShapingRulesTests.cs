using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ShapingRulesTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("""{"min":0}""")]
    [InlineData("""{"min":0,"max":0.5}""")]
    public void A_bound_is_a_number_or_two(string bound) => Problems(new ModelConfig { Engine = "e", Clamp = Fields("top_p", bound) }).ShouldBeEmpty();

    [Theory]
    [InlineData("\"5\"")]
    [InlineData("{}")]
    [InlineData("""{"min":1,"max":0.5}""")]
    [InlineData("""{"most":1}""")]
    [InlineData("""{"max":"1"}""")]
    [InlineData("[1,2]")]
    public void Anything_else_bounds_nothing(string bound) =>
        Problems(new ModelConfig { Engine = "e", Clamp = Fields("top_p", bound) }).ShouldHaveSingleItem().ShouldStartWith("f: models.m.clamp.top_p: must be a number");

    [Fact]
    public void What_the_router_reads_itself_is_not_to_be_changed()
    {
        var priority = Fields("priority", "1");
        Problems(new ModelConfig { Engine = "e", Defaults = priority, Set = Fields("model", "\"x\""), Clamp = priority, Strip = ["a", "model"] }).Select(problem => problem.Split(' ')[1])
            .ShouldBe(["models.m.defaults.priority:", "models.m.set.model:", "models.m.clamp.priority:", "models.m.strip[1]:"]);
    }

    [Fact]
    public void Whether_to_stream_is_yes_or_no() =>
        Problems(new ModelConfig { Engine = "e", Defaults = Fields("stream", "1") }).ShouldBe(["f: models.m.defaults.stream: must be true or false, and is 1"]);

    private static JsonFields Fields(string name, string value) => new([KeyValuePair.Create(name, value)]);

    private static IEnumerable<string> Problems(ModelConfig model)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        ShapingRules.Check(new Dictionary<string, ModelConfig> { ["m"] = model }, findings);
        return findings.Problems.Select(problem => problem.ToString());
    }
}
