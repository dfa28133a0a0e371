using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Readiness;

public sealed class DialectProbeTests
{
    [Theory]
    [InlineData("/v1/responses,/v1/messages", EngineDialect.Openai, EngineDialect.Responses, EngineDialect.Anthropic)]
    [InlineData("/api/version,/api/chat", EngineDialect.Openai, EngineDialect.Ollama)]
    [InlineData("/api/version", EngineDialect.Openai)]
    [InlineData("/nothing", EngineDialect.Openai)]
    internal async Task An_engine_that_is_ready_is_asked_what_it_speaks(string paths, params EngineDialect[] speaks)
    {
        await using var yard = new Yard();
        var model = Assumed("--speaks", paths);
        yard.Instances.Spoken.Of(model).ShouldBe([EngineDialect.Openai], "before it has been asked");
        await yard.Ready(model);
        await Eventually.True(() => !yard.Instances.Spoken.IsOpen(model), "it has answered");
        yard.Instances.Spoken.Of(model).ShouldBe(speaks);
        yard.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    [Fact]
    public async Task It_is_asked_once_for_all_runs_that_are_made_of_the_same()
    {
        await using var yard = new Yard();
        var model = Assumed("--speaks", "/v1/messages");
        var first = await yard.Ready(model);
        await Eventually.True(() => !yard.Instances.Spoken.IsOpen(model), "it has answered");
        await yard.Gone(first);
        var second = yard.Start(model with { Priority = Priority.Low });
        await Eventually.True(() => yard.Instances.UpstreamOf(second) is not null, "it is ready again");
        (await yard.Get(second, "/__state")).GetProperty("asked").GetInt32().ShouldBe(0);
        yard.Instances.Spoken.IsOpen(Assumed("--speaks", "/v1/responses")).ShouldBeTrue("that is another command");
    }

    [Fact]
    public async Task What_was_said_of_it_is_not_asked()
    {
        await using var yard = new Yard();
        var model = Yard.With(Assumed("--speaks", "/v1/messages"), engine => engine with { DialectsAreAssumed = false });
        var instance = await yard.Ready(model);
        yard.Instances.Spoken.IsOpen(model).ShouldBeFalse();
        yard.Instances.Spoken.Of(model).ShouldBe([EngineDialect.Openai]);
        (await yard.Get(instance, "/__state")).GetProperty("asked").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task An_engine_that_is_in_trouble_is_asked_again_when_it_is_ready_the_next_time()
    {
        await using var yard = new Yard();
        var model = Assumed("--speaks", "/v1/messages,/v1/responses", "--trouble", "503");
        var instance = await yard.Ready(model);
        await Eventually.True(async () => (await yard.Get(instance, "/__state")).GetProperty("asked").GetInt32() == 2, "it has been asked");
        yard.Instances.Spoken.IsOpen(model).ShouldBeTrue();
    }

    private static ModelSpec Assumed(params string[] flags) => Yard.With(Yard.Model(flags), engine => engine with { DialectsAreAssumed = true });
}
