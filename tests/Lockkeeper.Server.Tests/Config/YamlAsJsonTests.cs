using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class YamlAsJsonTests
{
    [Theory]
    [InlineData("0.7", "0.7")]
    [InlineData("-1e3", "-1e3")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("\"0.7\"", "\"0.7\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("off", "\"off\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("0x10", "\"0x10\"")]
    [InlineData(".", "\".\"")]
    [InlineData("1e999", "\"1e999\"")]
    [InlineData("+1", "1")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e1", "-0.5e1")]
    [InlineData("1.", "1.0")]
    [InlineData("True", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("'False'", "\"False\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData(".inf", "\".inf\"")]
    [InlineData("Grüße \"zu\" zweit", "\"Grüße \\\"zu\\\" zweit\"")]
    [InlineData("[1, {a: [b]}, '']", "[1,{\"a\":[\"b\"]},\"\"]")]
    [InlineData("{a: 1, b: {c: }}", "{\"a\":1,\"b\":{\"c\":null}}")]
    public void Numbers_truths_and_nothing_are_themselves_and_all_else_is_text(string yaml, string json)
    {
        var root = (ConfigNode.Mapping)YamlReader.Read($"value: {yaml}\n")!;
        YamlAsJson.Of(root.Entries[0].Value).ShouldBe(json);
    }
}
