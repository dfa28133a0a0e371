using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PoolRulesTests
{
    private static readonly EngineConfig Process = new() { Command = ["run", "{port}"] };
    private static readonly EngineConfig Attached = new() { Lifecycle = Lifecycle.Attached, Url = "http://127.0.0.1:1" };
    private static readonly PoolConfig Exclusive = new();
    private static readonly PoolConfig Fit = new() { Policy = PoolPolicy.Fit };

    [Fact]
    public void Without_any_pool_there_is_one_that_holds_one_model()
    {
        var config = Config([], [("e", Process)], ("a", new() { Engine = "e" }));
        config.PoolsOrDefault.ShouldHaveSingleItem().ShouldBe(new("default", Exclusive));
        config.PoolOf(config.Models["a"]).ShouldBe("default");
    }

    [Fact]
    public void A_model_lives_in_its_own_pool_else_in_its_engines_else_in_the_first()
    {
        var config = Config([("one", Exclusive), ("two", Exclusive), ("three", Exclusive)], [("e", Process), ("f", Process with { Pool = "two" })],
            ("a", new() { Engine = "e" }), ("b", new() { Engine = "f" }), ("c", new() { Engine = "f", Pool = "three" }));
        config.Models.Values.Select(config.PoolOf).ShouldBe(["one", "two", "three"]);
        Problems(config).ShouldBeEmpty();
    }

    [Fact]
    public void A_pool_that_is_not_there_is_named_with_the_near_one() => Problems(Config([("gpu", Exclusive)], [("e", Process with { Pool = "gpuu" })], ("a", new() { Engine = "e", Pool = "memory" })))
        .ShouldBe(["engines.e.pool: there is no pool 'gpuu'; did you mean 'gpu'?", "models.a.pool: there is no pool 'memory'; there are 'gpu'"]);

    [Fact]
    public void An_attached_engine_must_be_alone_in_an_exclusive_pool()
    {
        const string fix = "write policy: fit and serialize: true for the pool (all stay, one works at a time), or give the engine a pool of its own";
        (string, ModelConfig)[] models = [("a", new() { Engine = "x" }), ("b", new() { Engine = "y" })];
        Problems(Config([], [("x", Attached), ("y", Process)], models)).ShouldBe([$"models.a.engine: is attached, so it stays in the exclusive pool 'default' for ever, and 'b' is in that pool too; {fix}"]);
        Problems(Config([], [("x", Attached), ("y", Attached)], models)).ShouldBe([$"models.b.engine: is attached, so it stays in the exclusive pool 'default' for ever, and 'a' is in that pool too; {fix}"]);
        Problems(Config([], [("x", Attached)], ("a", new() { Engine = "x" }))).ShouldBeEmpty();
        Problems(Config([("gpu", Fit)], [("x", Attached), ("y", Attached)], models)).ShouldBeEmpty();
        Problems(Config([("gpu", Exclusive), ("own", Exclusive)], [("x", Attached with { Pool = "own" }), ("y", Process)], models)).ShouldBeEmpty();
    }

    [Fact]
    public void An_attached_engine_that_brings_its_models_needs_a_pool_for_any_number_of_them()
    {
        var listing = Attached with { ListModels = true };
        Problems(Config([], [("x", listing)])).ShouldBe(
            ["engines.x.list_models: brings as many models as the engine has, which stay there for ever, into a pool with one place; "
            + "write policy: fit and serialize: true for the pool, without max_resident, or give the engine a pool of its own that is such a one"]);
        Problems(Config([("gpu", Fit with { MaxResident = 2 })], [("x", listing)])).ShouldHaveSingleItem().ShouldContain("a pool with 2 places");
        Problems(Config([("gpu", Fit)], [("x", listing), ("y", Process)])).ShouldBeEmpty();
        Problems(Config([], [("x", Attached with { ListModels = false })], ("a", new() { Engine = "x" }))).ShouldBeEmpty();
    }

    [Fact]
    public void A_pinned_model_must_leave_a_place_to_the_others()
    {
        (string, ModelConfig)[] models = [("a", new() { Engine = "e" }), ("b", new() { Engine = "e", Pinned = true })];
        Problems(Config([], [("e", Process)], models)).ShouldBe(
            ["models.b.pinned: keeps it in the exclusive pool 'default' for ever, so 'a' could never run; remove it, write policy: fit for the pool, or give one of them another pool"]);
        Problems(Config([("gpu", Fit)], [("e", Process)], models)).ShouldBeEmpty();
        Problems(Config([("gpu", Fit with { MaxResident = 1 })], [("e", Process)], models)).ShouldHaveSingleItem().ShouldContain("the pool 'gpu' (max_resident: 1)");
        Problems(Config([], [("e", Process)], ("b", new() { Engine = "e", Pinned = true }))).ShouldBeEmpty();
    }

    [Fact]
    public void No_more_models_are_preloaded_than_a_pool_holds()
    {
        (string, ModelConfig)[] models = [("a", new() { Engine = "e", Preload = true }), ("b", new() { Engine = "e", Preload = true })];
        Problems(Config([], [("e", Process)], models)).ShouldBe(["models.b.preload: cannot hold in the exclusive pool 'default', where 'a' is preloaded already; remove one of them"]);
        Problems(Config([("gpu", Fit with { MaxResident = 2 })], [("e", Process)], models)).ShouldBeEmpty();
    }

    [Fact]
    public void An_exclusive_pool_cannot_hold_two() =>
        Problems(Config([("gpu", Exclusive with { MaxResident = 2 })], [("e", Process)], ("a", new() { Engine = "e" }))).ShouldBe(["pools.gpu.max_resident: is for policy: fit; an exclusive pool holds one"]);

    private static LockkeeperConfig Config((string Name, PoolConfig Pool)[] pools, (string Name, EngineConfig Engine)[] engines, params (string Id, ModelConfig Model)[] models) => new()
    {
        Pools = new OrderedDictionary<string, PoolConfig>(pools.Select(pool => KeyValuePair.Create(pool.Name, pool.Pool))),
        Engines = new OrderedDictionary<string, EngineConfig>(engines.Select(engine => KeyValuePair.Create(engine.Name, engine.Engine))),
        Models = new OrderedDictionary<string, ModelConfig>(models.Select(model => KeyValuePair.Create(model.Id, model.Model))),
    };

    private static IEnumerable<string> Problems(LockkeeperConfig config) =>
        ConfigRules.Check(config, new ConfigPositions("f"), new Dictionary<string, EnginePreset>()).Select(problem => problem.ToString()["f: ".Length..]);
}
