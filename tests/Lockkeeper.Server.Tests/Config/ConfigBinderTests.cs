using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

/// <summary>The binder against records it has never seen: it must know no key by heart.</summary>
public sealed class ConfigBinderTests
{
    [Fact]
    public void A_property_is_a_key_in_snake_case()
    {
        var (section, problems) = Bind("is_fast: true\nflagless: { x: { deep_number: 7 }, y: { deep_number: 8 } }\nneeded: x");
        problems.ShouldBeEmpty();
        section.IsFast.ShouldBe(true);
        section.Flagless.Select(named => (named.Key, named.Value.DeepNumber)).ShouldBe([("x", 7), ("y", 8)]);
    }

    [Theory]
    [InlineData("yes", "expected true or false, found 'yes'; write true")]
    [InlineData("On", "expected true or false, found 'On'; write true")]
    [InlineData("True", "expected true or false, found 'True'; write true")]
    [InlineData("no", "expected true or false, found 'no'; write false")]
    [InlineData("off", "expected true or false, found 'off'; write false")]
    [InlineData("\"true\"", "expected true or false, found the text \"true\"; remove the quotes")]
    [InlineData("1", "expected true or false, found '1'")]
    [InlineData("maybe", "expected true or false, found 'maybe'")]
    public void Only_true_and_false_are_truths(string written, string problem) =>
        Bind($"needed: x\nis_fast: {written}").Problems.ShouldBe([$"f:2: is_fast: {problem}"]);

    [Fact]
    public void A_required_property_must_be_given() => Bind("is_fast: false").Problems.ShouldBe(["f: needed: is missing; this key must be given"]);

    [Fact]
    public void A_required_property_that_cannot_be_read_is_reported_once_and_never_null()
    {
        var (section, problems) = Bind("needed: []");
        problems.ShouldBe(["f:1: needed: expected text, found a list"]);
        section.Needed.ShouldBe("");
    }

    [Fact]
    public void A_computed_property_is_no_key() => Bind("needed: x\ncomputed: y").Problems.ShouldHaveSingleItem().ShouldStartWith("f:2: computed: is an unknown key");

    private static (Section Section, IReadOnlyList<string> Problems) Bind(string text)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        var section = new ConfigBinder(findings).Bind<Section>(YamlReader.Read(text)).ShouldNotBeNull();
        return (section, [.. findings.Problems.Select(problem => problem.ToString())]);
    }

    private sealed record Section
    {
        public required string Needed { get; init; }

        public bool? IsFast { get; init; }

        public IReadOnlyDictionary<string, Inner> Flagless { get; init; } = new Dictionary<string, Inner>();

        public string Computed => Needed;
    }

    private sealed record Inner
    {
        public int DeepNumber { get; init; }
    }
}
