using System.Text;
using Lockkeeper.LlamaCpp.Grammars;

namespace Lockkeeper.LlamaCpp.Tests.Grammars;

public sealed class GbnfRulesTests
{
    [Fact]
    public void A_literal_stands_for_itself() => GbnfRules.Literal("a\"\\\n\u0001é🚣").ShouldBe("\"a\\\"\\\\\\x0A\\x01é🚣\"");

    [Fact]
    public void A_character_of_a_class_ends_no_class() => string.Concat("]-^\\a".EnumerateRunes().Select(GbnfRules.InClass)).ShouldBe("\\x5D\\x2D\\x5E\\x5Ca");

    [Fact]
    public void Equal_bodies_are_one_rule_and_a_rule_may_be_named_before_it_is_made()
    {
        var rules = new GbnfRules();
        var later = rules.Reserve("");
        rules.Add("\"a\"", "").ShouldBe(rules.Add("\"a\"", ""));
        rules.Define(later, $"\"b\" {later}?", "");
        rules.Build(later).ShouldBe("root ::= r0\nr0 ::= \"b\" r0?\nr1 ::= \"a\"\n");
    }

    [Fact]
    public void A_grammar_has_a_largest_size_and_says_where_it_was_reached()
    {
        var rules = new GbnfRules();
        Should.Throw<SchemaException>(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                rules.Add($"\"{i}\"", $"place{i}");
            }
        }).Place.ShouldBe("place4000");
        Should.Throw<SchemaException>(() => new GbnfRules().Add(new StringBuilder().Append('x', 600_000).ToString(), "here")).Place.ShouldBe("here");
    }
}
