using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class JoinedTests
{
    [Fact]
    public void What_the_upper_section_leaves_out_is_the_lower_ones()
    {
        var upper = new EngineConfig { Url = "http://127.0.0.1:1", MaxConcurrency = 4, Args = ["--own"] };
        var lower = new EngineConfig { Url = "http://127.0.0.1:2", Lifecycle = Lifecycle.Api, Command = ["x"], Args = ["--preset"] };
        var joined = upper.Over(lower);
        (joined.Url, joined.Lifecycle, joined.MaxConcurrency).ShouldBe(("http://127.0.0.1:1", Lifecycle.Api, 4));
        joined.Command.ShouldBe(["x"]);
        joined.Args.ShouldBe(["--own"]); // a list is one thing
    }

    [Fact]
    public void Maps_and_sections_are_joined_member_by_member()
    {
        var upper = new EngineConfig { Env = Map(("A", "own")), Ready = new ReadyConfig { Path = "/own" } };
        var lower = new EngineConfig { Env = Map(("A", "preset"), ("B", "preset")), Ready = new ReadyConfig { Path = "/preset", Completion = true } };
        var joined = upper.Over(lower);
        joined.Env!.ShouldBe(Map(("A", "own"), ("B", "preset")), ignoreOrder: true);
        (joined.Ready!.Path, joined.Ready.Completion).ShouldBe(("/own", true));
        (upper.Env!.Count, lower.Env!["A"]).ShouldBe((1, "preset")); // neither of the two has changed
    }

    private static OrderedDictionary<string, string> Map(params (string Name, string Value)[] entries) => new(entries.Select(entry => KeyValuePair.Create(entry.Name, entry.Value)));
}
