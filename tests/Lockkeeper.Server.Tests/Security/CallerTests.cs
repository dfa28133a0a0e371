using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Security;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class CallerTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.Of(
    [
        new ModelSpec { Id = new ModelId("a"), Aliases = ["first"], Engine = new EngineSpec { Name = "e", Command = ["none"] } },
        new ModelSpec { Id = new ModelId("b"), Engine = new EngineSpec { Name = "e", Command = ["none"] } },
    ]);

    [Fact]
    public void A_key_opens_every_model_unless_it_names_some_by_id_or_alias()
    {
        var all = Of(new() { Name = "k", Key = default });
        (all.UsesAllModels, all.MayUse(Catalog.Find("a")!), all.MayUse(Catalog.Find("b")!)).ShouldBe((true, true, true));
        var some = Of(new() { Name = "k", Key = default, Models = ["FIRST"] });
        (some.UsesAllModels, some.MayUse(Catalog.Find("a")!), some.MayUse(Catalog.Find("b")!)).ShouldBe((false, true, false));
    }

    [Theory]
    [InlineData(null, Priority.Critical, Priority.Critical)]
    [InlineData(Priority.Low, Priority.Critical, Priority.Low)]
    [InlineData(Priority.Low, Priority.Low, Priority.Low)]
    [InlineData(Priority.Low, Priority.Background, Priority.Background)]
    public void No_priority_is_better_than_the_best_it_may_have(object? best, object asked, object served) =>
        Of(new() { Name = "k", Key = default, MaxPriority = (Priority?)best }).Clamp((Priority)asked).ShouldBe((Priority)served);

    [Fact]
    public void A_request_that_never_came_through_the_door_may_do_the_least() => Caller.Of(new DefaultHttpContext()).Scopes.ShouldBe([Scope.Infer]);

    private static Caller Of(ApiKeyConfig given) => Caller.Of(given, Catalog, new ManualTime());
}
