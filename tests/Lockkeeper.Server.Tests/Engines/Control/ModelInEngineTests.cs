using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Control;

public sealed class ModelInEngineTests
{
    [Fact]
    public async Task It_is_loaded_and_unloaded_with_the_headers_of_control_calls()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --admin-key s3cret");
        await using var yard = new Yard();
        var instance = await yard.Ready(Model(tabby.Url) with { Path = "/models/a" });
        yard.Instances.UpstreamOf(instance)!.BaseAddress.ShouldBe(new Uri(tabby.Url));
        (await tabby.LoadedAsync()).ShouldBe(["fake"]);
        await yard.Gone(instance);
        (await tabby.LoadedAsync()).ShouldBeEmpty();
        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceGone", "MemorySettled"]);
        yard.Snapshot(instance).State.ShouldBe(RunState.Stopped);
    }

    [Fact]
    public async Task A_stop_while_it_loads_waits_for_the_load_and_takes_it_back()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --admin-key s3cret --load-delay 500");
        await using var yard = new Yard();
        await yard.Gone(yard.Start(Model(tabby.Url)));
        (await tabby.LoadedAsync()).ShouldBeEmpty();
        yard.Witness.Names.ShouldBe(["MemorySettled"]);
    }

    [Fact]
    public async Task A_model_that_vanishes_behind_our_back_is_noticed()
    {
        await using var tabby = await Daemon.StartAsync("--tabby --admin-key s3cret");
        await using var yard = new Yard();
        await yard.Ready(Model(tabby.Url));
        await tabby.DisposeAsync();
        (await yard.Witness.Saw<SchedulerEvent.InstanceGone>(TimeSpan.FromSeconds(40))).Failure!.Cause.ShouldContain("answers no more");
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
    }

    private static ModelSpec Model(string url) => new()
    {
        Id = new ModelId("fake"),
        Engine = new EngineSpec
        {
            Name = "tabby",
            Command = [],
            Lifecycle = Lifecycle.Api,
            Url = new Uri(url),
            ControlHeaders = ImmutableDictionary<string, Secret>.Empty.Add("x-admin-key", new Secret("s3cret")),
            Load = new ControlCallConfig { Path = "/v1/model/load", Body = new JsonFields([new("model_name", "\"{id}\"")]) },
            Unload = new ControlCallConfig { Path = "/v1/model/unload" },
            List = new ListConfig { Path = "/v1/model" },
            StartTimeout = TimeSpan.FromSeconds(20),
            StopTimeout = TimeSpan.FromSeconds(10),
        },
    };
}
