using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class LiveCatalogTests
{
    [Fact]
    public void What_is_configured_comes_first_and_hides_what_is_found_by_the_same_name()
    {
        var live = new LiveCatalog(ModelCatalog.Of([Model("a", "other"), Model("b")]));
        live.Find([Model("c"), Model("OTHER") with { Discovered = true }]);
        live.Current.Models.Select(model => model.Id.Value).ShouldBe(["a", "b", "c"]);
        live.Current.Find("other")!.Id.Value.ShouldBe("a");
    }

    [Fact]
    public void What_was_found_outlives_a_new_configuration_and_the_other_way_round()
    {
        var live = new LiveCatalog(ModelCatalog.Of([Model("a")]));
        live.Find([Model("c")]);
        live.Configure(ModelCatalog.Of([Model("b")]));
        live.Current.Models.Select(model => model.Id.Value).ShouldBe(["b", "c"]);
        live.Find([]);
        live.Current.Models.Select(model => model.Id.Value).ShouldBe(["b"]);
    }

    [Fact]
    public void Who_listens_knows_a_new_model_before_anybody_can_ask_for_it()
    {
        var live = new LiveCatalog(ModelCatalog.Of([]));
        List<string> seen = [];
        live.Changed += next => seen.Add($"told of {next.Models.Length}, {live.Current.Models.Length} in force");
        live.Configure(ModelCatalog.Of([Model("a")]), before: () => seen.Add("before"));
        live.Find([Model("b")]);
        seen.ShouldBe(["before", "told of 1, 0 in force", "told of 2, 1 in force"]);
        live.Current.Models.Length.ShouldBe(2);
    }

    [Fact]
    public void What_engines_list_is_told_once_and_with_a_configuration_when_that_brings_it()
    {
        var live = new LiveCatalog(ModelCatalog.Of([]));
        List<string> seen = [];
        live.Changed += next => seen.Add(string.Join(' ', next.Models.Select(model => model.Id)));
        var listed = Model("l");
        live.List(() => [listed]);
        live.List(() => [listed]);
        live.Configure(ModelCatalog.Of([Model("c")]), before: () => live.List(() => [Model("m")]));
        live.Configure(ModelCatalog.Of([Model("m")]));
        seen.ShouldBe(["l", "c m", "m"]);
    }

    private static ModelSpec Model(string id, params string[] aliases) => new()
    {
        Id = new ModelId(id),
        Engine = new EngineSpec { Name = "e", Command = ["x"] },
        Aliases = [.. aliases],
    };
}
