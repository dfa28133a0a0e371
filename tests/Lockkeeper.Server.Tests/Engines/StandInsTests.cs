using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class StandInsTests
{
    private static readonly EngineFallback Other = new() { Preset = "other", Without = "much", Command = ["other"], Leaks = new LeakPlan { Tools = ToolDialect.Hermes } };

    [Fact]
    public void A_model_whose_engine_is_not_installed_is_served_as_what_stands_in_for_it_can()
    {
        var served = new StandIns(new ManualTime()).Served(Model("no-such-program-anywhere", Other));
        served.Engine.Preset.ShouldBe("other");
        served.Engine.Dialects.ShouldBe([EngineDialect.Openai]);
        served.Leaks.Tools.ShouldBe(ToolDialect.Hermes);
    }

    [Fact]
    public void One_whose_engine_is_there_or_has_no_stand_in_is_served_as_it_is()
    {
        var standIns = new StandIns(new ManualTime());
        foreach (var model in (ModelSpec[])[Model("sh", Other), Model("no-such-program-anywhere", null)])
        {
            standIns.Served(model).ShouldBeSameAs(model);
        }
    }

    private static ModelSpec Model(string program, EngineFallback? fallback) => new()
    {
        Id = new ModelId("m"),
        Engine = new EngineSpec { Name = program, Command = [program], Fallback = fallback, Dialects = [EngineDialect.Openai, EngineDialect.Anthropic] },
    };
}
