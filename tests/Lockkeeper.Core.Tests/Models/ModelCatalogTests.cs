using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Models;

public sealed class ModelCatalogTests
{
    private static readonly EngineSpec Engine = new() { Name = "e", Command = ["x"] };
    private static readonly ModelCatalog Catalog = ModelCatalog.Of(
    [
        new ModelSpec { Id = new ModelId("qwen3-8b"), Engine = Engine, Aliases = ["reasoning", "Fast"] },
        new ModelSpec { Id = new ModelId("gemma-3"), Engine = Engine },
    ]);

    [Theory]
    [InlineData("qwen3-8b")]
    [InlineData("QWEN3-8B")]
    [InlineData("reasoning")]
    [InlineData("fast")]
    public void A_model_is_found_by_id_and_alias_ignoring_case(string name) => Catalog.Find(name)!.Id.Value.ShouldBe("qwen3-8b");

    [Fact]
    public void Nothing_else_is_found() => Catalog.Find("qwen3").ShouldBeNull();

    [Theory]
    [InlineData("gemma-3:latest", "gemma-3")]
    [InlineData("FAST:LATEST", "FAST")]
    [InlineData("phi", "phi:latest")]
    [InlineData("phi:latest", "phi:latest")]
    [InlineData("gemma-3", "gemma-3")]
    [InlineData("unknown", "unknown")]
    [InlineData("unknown:latest", "unknown:latest")]
    public void A_name_and_the_same_with_the_default_tag_of_Ollama_are_one(string asked, string known) =>
        ModelCatalog.Of([.. Catalog.Models, new ModelSpec { Id = new ModelId("phi:latest"), Engine = Engine }]).Tagged(asked).ShouldBe(known);

    [Fact]
    public void Near_names_come_nearest_first()
    {
        Catalog.Near("gema-3").ShouldBe(["gemma-3"]);
        Catalog.Near("qwen3-8").ShouldContain("qwen3-8b");
        Catalog.Near("zzzzzzzzzzzz").ShouldBeEmpty();
    }

    [Fact]
    public void A_huge_name_costs_bounded_work() => Catalog.Near(new string('x', 1_000_000)).ShouldBeEmpty();

    [Fact]
    public void What_is_configured_comes_before_what_is_found()
    {
        var catalog = ModelCatalog.Of(Catalog.Models, [Found("gemma-3", "/a"), Found("FAST", "/b"), Found("new", "/c")]);
        catalog.Models.Select(model => model.Id.Value).ShouldBe(["qwen3-8b", "gemma-3", "new"]);
        catalog.Find("gemma-3")!.Path.ShouldBeNull();
        catalog.Find("fast")!.Id.Value.ShouldBe("qwen3-8b");
        catalog.Find("new")!.Path.ShouldBe("/c");
    }

    [Fact]
    public void Two_found_models_of_one_id_are_neither_of_them_served()
    {
        var catalog = ModelCatalog.Of(Catalog.Models, [Found("org/x", "/b"), Found("ORG/X", "/a"), Found("gemma-3", "/c"), Found("gemma-3", "/d")]);
        catalog.Find("org/x").ShouldBeNull();
        catalog.Ambiguous("Org/x").ShouldBe(["/a", "/b"]);
        catalog.AmbiguousIds.ShouldHaveSingleItem("the configuration has settled which gemma-3 is meant");
        catalog.Ambiguous("gemma-3").ShouldBeEmpty();
        catalog.Models.Length.ShouldBe(2);
    }

    [Fact]
    public void An_alias_of_a_found_model_gives_way_to_every_other_name()
    {
        var catalog = ModelCatalog.Of(Catalog.Models, [Found("a", "/a", "fast", "b", "own"), Found("b", "/b", "twice"), Found("c", "/c", "twice")]);
        catalog.Find("fast")!.Id.Value.ShouldBe("qwen3-8b");
        catalog.Find("b")!.Path.ShouldBe("/b");
        catalog.Find("own")!.Id.Value.ShouldBe("a");
        catalog.Find("twice").ShouldBeNull();
    }

    [Fact]
    public void What_an_engine_lists_gives_way_to_every_other_name_and_comes_last()
    {
        var other = new EngineSpec { Name = "other", Command = [] };
        var catalog = ModelCatalog.Of(Catalog.Models, [Found("org/x", "/b"), Found("twice", "/c"), Found("twice", "/d")])
            .With([Listed("Fast"), Listed("ORG/X"), Listed("twice"), Listed("new", "gemma-3", "twice", "short"), Listed("New") with { Engine = Engine }]);
        catalog.Models.Select(model => model.Id.Value).ShouldBe(["qwen3-8b", "gemma-3", "org/x", "new"]);
        catalog.Find("fast")!.Id.Value.ShouldBe("qwen3-8b");
        catalog.Ambiguous("twice").ShouldBe(["/c", "/d"]);
        catalog.Find("new").ShouldNotBeNull().Engine.ShouldBe(other, "the first engine has the name");
        catalog.Find("short").ShouldNotBeNull().Aliases.ShouldBe(["short"]);

        ModelSpec Listed(string id, params string[] aliases) => Found(id, null, aliases) with { Engine = other };
    }

    [Fact]
    public void What_an_engine_lists_is_not_there_a_second_time_under_its_own_name()
    {
        var catalog = ModelCatalog.Of([new ModelSpec { Id = new ModelId("a"), Engine = Engine }, new ModelSpec { Id = new ModelId("mine"), Engine = Engine, AskedAs = "theirs", Enabled = false }]);
        catalog.With([Found("a:latest", null), Found("theirs", null), Found("a:8b", null)]).Models.Select(model => model.Id.Value).ShouldBe(["a", "mine", "a:8b"]);
    }

    [Fact]
    public void An_alias_with_a_star_stands_for_every_name_that_begins_like_it_and_gives_way_to_every_other_name()
    {
        var catalog = ModelCatalog.Of([Found("big", null, "claude-*"), Found("small", null, "claude-haiku-*", "claude-2")])
            .With([Found("claude-listed", null)]);
        catalog.Find("claude-sonnet-4-5-20250929")!.Id.Value.ShouldBe("big");
        catalog.Find("Claude-Haiku-4-5")!.Id.Value.ShouldBe("small", "the longest beginning counts");
        catalog.Find("claude-2")!.Id.Value.ShouldBe("small");
        catalog.Find("claude-listed")!.Id.Value.ShouldBe("claude-listed", "a name of a model's own comes first");
        catalog.Find("claude").ShouldBeNull();
    }

    [Fact]
    public void The_tag_that_Ollamas_clients_add_is_no_part_of_a_name_that_has_none()
    {
        var catalog = ModelCatalog.Of([Found("a", null), Found("b:latest", null)]);
        catalog.Find("A:latest")!.Id.Value.ShouldBe("a");
        catalog.Find("b:latest")!.Id.Value.ShouldBe("b:latest");
        catalog.Find("a:8b").ShouldBeNull();
    }

    private static ModelSpec Found(string id, string? path, params string[] aliases) => new() { Id = new ModelId(id), Engine = Engine, Path = path, Aliases = [.. aliases], Discovered = true };
}
