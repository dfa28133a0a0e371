using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class VariablesTests
{
    private static readonly Variables Given = new(name => name switch { "HOME" => "/people/me", "A_1" => "$HOME", "EMPTY" => "", _ => null });

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$HOME/models", "/people/me/models")]
    [InlineData("${HOME}models", "/people/memodels")]
    [InlineData("a$A_1.b", "a$HOME.b")]
    [InlineData("x$EMPTY-y", "x-y")]
    [InlineData("$$HOME costs 5$", "$HOME costs 5$")]
    [InlineData("$5 and $-", "$5 and $-")]
    public void Variables_are_filled_in_once_and_a_dollar_can_be_had(string written, string meant)
    {
        Given.TryExpand(written, out var result).ShouldBeTrue();
        result.ShouldBe(meant);
    }

    [Theory]
    [InlineData("$NONE/x", "there is no environment variable 'NONE' where Lockkeeper runs; write $$ for a dollar")]
    [InlineData("${NONE}", "there is no environment variable 'NONE' where Lockkeeper runs; write $$ for a dollar")]
    [InlineData("${HOME", "holds a '${' that is no variable; write ${NAME}, or $$ for a dollar")]
    [InlineData("${HO ME}", "holds a '${' that is no variable; write ${NAME}, or $$ for a dollar")]
    [InlineData("${}", "holds a '${' that is no variable; write ${NAME}, or $$ for a dollar")]
    public void What_is_not_set_or_not_written_as_one_is_refused(string written, string problem)
    {
        Given.TryExpand(written, out var result).ShouldBeFalse();
        result.ShouldBe(problem);
    }

    [Fact]
    public void Paths_addresses_and_values_of_variables_may_hold_them_and_nothing_else()
    {
        var config = new LockkeeperConfig
        {
            StateFile = "$HOME/state",
            Discover = [new DiscoverConfig { Path = "$HOME/found" }],
            Engines = new OrderedDictionary<string, EngineConfig>
            {
                ["e"] = new() { Command = ["$HOME/x"], Cwd = "${HOME}", Url = "http://$NONE", Env = new OrderedDictionary<string, string> { ["V"] = "$HOME:b" } },
            },
            Models = new OrderedDictionary<string, ModelConfig> { ["m"] = new() { Engine = "$HOME", Path = "$HOME/m.gguf" } },
        };
        var positions = new ConfigPositions("f");
        positions.Mark(ConfigKey.Top("engines") / "e" / "url", 3);
        var findings = new ConfigFindings(positions);
        Given.ExpandAll(config, null, findings);
        config.StateFile.ShouldBe("/people/me/state");
        config.Discover[0].Path.ShouldBe("/people/me/found");
        var engine = config.Engines["e"];
        (engine.Command![0], engine.Cwd, engine.Env!["V"]).ShouldBe(("$HOME/x", "/people/me", "/people/me:b"));
        (config.Models["m"].Engine, config.Models["m"].Path).ShouldBe(("$HOME", "/people/me/m.gguf"));
        findings.Problems.Select(problem => problem.ToString()).ShouldBe(["f:3: engines.e.url: there is no environment variable 'NONE' where Lockkeeper runs; write $$ for a dollar"]);
    }
}
