using Lockkeeper.Server.Import;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Import;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("a  b\tc\n d ", "a|b|c|d")]
    [InlineData("a 'b c' \"d e\" f\\ g", "a|b c|d e|f g")]
    [InlineData("a --x='1 2'\"3\"", "a|--x=1 23")]
    [InlineData("a \\\n  b \\\r\n c", "a|b|c")]
    [InlineData("# a comment 'x\nrun # more\n --now", "run|--now")]
    [InlineData("run a#b '#c'", "run|a#b|#c")]
    [InlineData("run '' \"\"", "run||")]
    [InlineData("run \"a\\\"b\\n\" 'c\\d' e\\\\f", "run|a\"b\\n|c\\d|e\\f")]
    [InlineData("run '{\"a\": \"$HOME; ls | x\"}'", "run|{\"a\": \"$HOME; ls | x\"}")]
    [InlineData("", null)]
    public void A_line_is_split_as_a_shell_splits_it(string text, string? words) => ShellWords.Split(text).ShouldBe(words?.Split('|', words.Contains("ls", StringComparison.Ordinal) ? 2 : 9) ?? []);
}
