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

    [Fact]
    public void Near_names_come_nearest_first()
    {
        Catalog.Near("gema-3").ShouldBe(["gemma-3"]);
        Catalog.Near("qwen3-8").ShouldContain("qwen3-8b");
        Catalog.Near("zzzzzzzzzzzz").ShouldBeEmpty();
    }

    [Fact]
    public void A_huge_name_costs_bounded_work() => Catalog.Near(new string('x', 1_000_000)).ShouldBeEmpty();
}
