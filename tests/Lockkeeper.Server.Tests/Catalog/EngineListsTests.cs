using System.Net;
using System.Net.Sockets;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Tests.Config;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class EngineListsTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly LiveCatalog _live = new(ModelCatalog.Of([]));
    private readonly EngineLists _lists;

    public EngineListsTests() => _lists = new EngineLists(_live, _time, NullLogger<EngineLists>.Instance);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _lists.DisposeAsync();

    [Fact]
    public async Task A_list_outlives_its_engine_for_five_minutes()
    {
        await using (var ollama = await Daemon.StartAsync("--ollama --models a"))
        {
            _lists.Follow(Plan(("ollama", ollama.Url)));
            await SearchAsync();
            Ids().ShouldBe(["a:latest"]);
        }

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await SearchAsync();
        Ids().ShouldBe(["a:latest"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await SearchAsync();
        Ids().ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_configuration_keeps_what_its_engines_have_said_and_drops_the_rest()
    {
        await using var one = await Daemon.StartAsync("--ollama --models a,b");
        await using var two = await Daemon.StartAsync("--ollama --models b,c");
        _lists.Follow(Plan(("one", one.Url), ("two", two.Url)));
        await SearchAsync();
        _live.Current.Models.Select(model => $"{model.Engine.Name} {model.Id}").ShouldBe(["one a:latest", "one b:latest", "two c:latest"]);
        _lists.Follow(Plan(("two", two.Url)));
        _live.Current.Models.Select(model => $"{model.Engine.Name} {model.Id}").ShouldBe(["two b:latest", "two c:latest"]);
        _lists.Follow(null);
        Ids().ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_wants_all_models_waits_for_an_engine_that_hangs_for_no_more_than_400_ms()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        _lists.Follow(Plan(("ollama", $"http://{hanging.LocalEndpoint}")));
        var fresh = _lists.FreshenAsync(TestContext.Current.CancellationToken);
        using var asked = await hanging.AcceptSocketAsync(TestContext.Current.CancellationToken);
        fresh.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(400));
        await fresh.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_a_model_can_do_is_asked_for_once_and_serves_no_new_catalog_again()
    {
        await using var ollama = await Daemon.StartAsync("--ollama --models a,embed-b");
        _lists.Follow(Plan(("ollama", ollama.Url)));
        await SearchAsync();
        var before = _live.Current;
        before.Models.Select(model => (model.Id.Value, model.Type, model.Facts!.Bytes)).ShouldBe([("a:latest", ModelType.Chat, 3 * 1024 * 1024), ("embed-b:latest", ModelType.Embedding, 3 * 1024 * 1024)]);
        before.Models[0].Capabilities.ShouldBe([Capability.Chat, Capability.Completion, Capability.Tools, Capability.Thinking]);
        before.Models[0].ServedContext.ShouldBeNull("its Ollama has a default of its own");

        await SearchAsync();
        _live.Current.ShouldBeSameAs(before);
        (await ollama.JsonAsync("/__loads")).GetProperty("shown").GetInt32().ShouldBe(2);
    }

    private Task SearchAsync() => _lists.SearchAsync(TestContext.Current.CancellationToken);

    private IEnumerable<string> Ids() => _live.Current.Models.Select(model => model.Id.Value);

    private static DiscoveryPlan Plan(params (string Key, string Url)[] engines)
    {
        var yaml = $"engines:\n{string.Concat(engines.Select(engine => $"  {engine.Key}: {{ lifecycle: ollama, url: '{engine.Url}' }}\n"))}";
        return DiscoveryPlan.Of(ConfigText.Read("f", yaml, KnownPresets.All).Config, new ConfigFolder("/conf", "/people/me"), KnownPresets.All, _ => null);
    }
}
