using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("server:\n\tlisten: x\n", 2, "is indented with a tab; YAML indents with spaces only")]
    [InlineData("a:\n  b: 1\n\tc: 2\n", 3, "is indented with a tab; YAML indents with spaces only")]
    [InlineData("a: b: c\n", 1, "is not valid YAML: while scanning a plain scalar value, found invalid mapping (a value that holds ': ' must be in quotes, and keys of one section begin in the same column)")]
    [InlineData("a: 1\n b: 2\n", 2, "is not valid YAML: while scanning a plain scalar value, found invalid mapping (a value that holds ': ' must be in quotes, and keys of one section begin in the same column)")]
    [InlineData("x: 1\na: @foo\n", 2, "is not valid YAML: while scanning for the next token, found character that cannot start any token (a value that begins with @, %, ` or a brace must be in quotes)")]
    [InlineData("a: [1, 2\nb: 3\n", 1, "is not valid YAML: a bracket or brace that is opened near here is not closed")]
    [InlineData("a: 1\nb: \"x\nc: 2\n", 2, "is not valid YAML: while scanning a multi-line double-quoted scalar, found wrong indentation (a quote that is opened here is not closed)")]
    [InlineData("a: 'it' is\n", 1, "is not valid YAML: while parsing a block mapping, did not find expected key (keys of one section begin in the same column, and nothing follows a closing quote)")]
    [InlineData("a: 1\n---\nb: 2\n", 2, "starts a second document; a configuration is one document")]
    [InlineData("a: 1\n...\nfoo\n", 3, "starts a second document; a configuration is one document")]
    [InlineData("a: *b\n", 1, "holds the alias '*b', but nothing above it is anchored as '&b'")]
    [InlineData("a: 1\nb: &x [1, *x]\n", 2, "holds the alias '*x' inside of what it stands for")]
    [InlineData("a: &x { c: 1 }\nb:\n  <<: *x\n", 3, "holds the merge key '<<', which YAML 1.2 does not have; an alias (*name) stands for a whole value")]
    [InlineData("a: 1\nb: !!str 5\n", 2, "holds the tag 'tag:yaml.org,2002:str'; a configuration has no tags, remove it")]
    [InlineData("a: 1\nb: \"\\UFFFFFFFF\"\n", 2, "is not valid YAML: an escape near here (\\x, \\u or \\U and digits) names no character")]
    [InlineData("? [a]\n: b\n", 1, "has a list or a section as a key; a key is plain text")]
    public void What_a_configuration_has_no_use_for_is_refused_with_its_line(string text, int line, string message)
    {
        var refused = Should.Throw<YamlRefusedException>(() => YamlReader.Read(text));
        (refused.Line, refused.Message).ShouldBe((line, message));
    }

    [Fact]
    public void Aliases_of_aliases_do_not_make_a_billion_values()
    {
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Should.Throw<YamlRefusedException>(() => YamlReader.Read(laughs)).Message.ShouldBe("holds more than 100000 values, aliases counted in full");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[a, ")]
    [InlineData("{a: ")]
    public void Deep_nesting_is_refused_before_it_costs_anything(string opening)
    {
        var refused = Should.Throw<YamlRefusedException>(() => YamlReader.Read(string.Concat(Enumerable.Repeat(opening, (1 << 20) / opening.Length))));
        refused.Message.ShouldBe("is nested more than 32 levels deep");
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("!")]
    [InlineData("&a ")]
    [InlineData("a:\n ")]
    [InlineData("\n")]
    [InlineData("--- ")]
    [InlineData("%a\n")]
    [InlineData("[[],")]
    [InlineData("| ")]
    public async Task A_mebibyte_of_anything_is_read_or_refused_in_no_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));
        var reading = Task.Run(() =>
        {
            try
            {
                YamlReader.Read(text);
            }
            catch (YamlRefusedException)
            {
            }
        });
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Lines_are_those_of_the_file()
    {
        var root = YamlReader.Read("# comment\na:\n\n  - x\n  - |\n    text\n  - y\nb: z\n").ShouldBeOfType<ConfigNode.Mapping>();
        root.Entries.Select(entry => (entry.Key, entry.Line)).ShouldBe([("a", 2), ("b", 8)]);
        root.Entries[0].Value.ShouldBeOfType<ConfigNode.Sequence>().Items.Select(item => item.Line).ShouldBe([4, 5, 7]);
    }
}
