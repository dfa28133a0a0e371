using Lockkeeper.Clients.Tests.Agents;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests;

/// <summary>The page says what was run, and all of it was run.</summary>
public sealed class CompatibilityPageTests
{
    [Fact]
    public async Task Every_cell_has_been_run_by_some_client()
    {
        var cells = await (await Fixture.RunAsync()).CellsAsync();
        var missing = CompatibilityPage.Required.Except(cells.Select(cell => (cell.Dialect, cell.Cold, cell.Stream, cell.Tools)));
        missing.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_is_what_was_run()
    {
        Assert.SkipUnless(Platform.IsCovered, Platform.Why);
        var run = await Fixture.RunAsync();
        List<AgentTurn> turns = [];
        foreach (var agent in AgentTurn.Agents)
        {
            turns.Add(await run.TurnAsync(agent));
        }

        var page = CompatibilityPage.Of(await run.CellsAsync(), turns, run.Packages.Versions, run.Agents.Versions);
        var file = Path.Combine(Repository.Root, CompatibilityPage.Path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            await File.WriteAllTextAsync(file, page);
        }

        File.Exists(file).ShouldBeTrue($"{CompatibilityPage.Path} is missing; run this test with UPDATE_GOLDEN=1 and read what it writes");
        page.ShouldBe(await File.ReadAllTextAsync(file), $"{CompatibilityPage.Path} is not what was run; if that is meant, run this test with UPDATE_GOLDEN=1");
    }
}
