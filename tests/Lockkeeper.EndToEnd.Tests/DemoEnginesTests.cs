using System.Globalization;
using Lockkeeper.EndToEnd.Tests.Cli;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>The demo models by the ways an engine can be run besides a process of Lockkeeper's own: told over an API, and run by somebody else.</summary>
public sealed class DemoEnginesTests
{
    [Fact]
    public async Task Another_Lockkeeper_is_told_to_load_and_unload_the_demo_models_and_shares_the_pool_with_a_process()
    {
        await using var inner = await LockkeeperProcess.StartAsync();
        await using var outer = await LockkeeperProcess.StartAsync($$"""
            engines:
              inner:
                lifecycle: api
                url: "{{inner.BaseAddress.GetLeftPart(UriPartial.Authority)}}"
                load: { path: "/admin/models/{id}/load" }
                unload: { path: "/admin/models/{id}/unload" }
                list: { path: /admin/instances, models: instances, name: model, loaded: state == ready }
              own: { command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}"] }
            models:
              demo-guide: { engine: inner }
              demo-poet: { engine: inner }
              p: { engine: own }
            """);

        foreach (var model in (string[])["demo-guide", "p", "demo-poet", "demo-guide", "p"])
        {
            var answer = await outer.AnswerAsync(model);
            answer.StartsWith("fake p ", StringComparison.Ordinal).ShouldBe(model == "p", answer);
            inner.Engines.Select(engine => engine.Model).ShouldBe(model == "p" ? [] : [model]);
            outer.Engines.Select(engine => engine.Model).ShouldBe(model == "p" ? ["p"] : []);
        }
    }

    [Fact]
    public async Task A_built_in_engine_that_somebody_else_runs_serves_its_model_and_is_left_running()
    {
        using var theirs = new LockkeeperRun();
        var port = LockkeeperRun.FreePort();
        theirs.Start("engine", "--model", LockkeeperRun.DemoGuide, "--port", port.ToString(CultureInfo.InvariantCulture), "--alias", "demo-guide");
        await theirs.AnswersAsync($"http://127.0.0.1:{port}/v1/models");
        await using (var lockkeeper = await LockkeeperProcess.StartAsync($$"""
            engines: { theirs: { lifecycle: attached, url: "http://127.0.0.1:{{port}}", ready: { path: /v1/models, contains_model: true } } }
            models: { demo-guide: { engine: theirs } }
            """))
        {
            (await lockkeeper.AnswerAsync("demo-guide")).ShouldNotBeEmpty();
            lockkeeper.Engines.ShouldBeEmpty();
        }

        ProcessTable.IsAlive(theirs.Pid).ShouldBeTrue();
    }
}
