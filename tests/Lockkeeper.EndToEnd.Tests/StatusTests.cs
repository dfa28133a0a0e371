using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What scripts written for local-engine-router ask: the same keys, the same words.</summary>
public sealed class StatusTests(StatusTests.Router router) : IClassFixture<StatusTests.Router>
{
    [Fact]
    public async Task Swapping_by_engine_and_by_model_answers_the_status()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "", ["b"] = "--ready-delay 200" } });
        var idle = await lockkeeper.JsonAsync("/status");
        idle.EnumerateObject().Select(member => member.Name).ShouldBe(["active_engine", "last_swap", "engines", "models"]);
        idle.GetProperty("active_engine").ValueKind.ShouldBe(JsonValueKind.Null);
        idle.GetProperty("last_swap").ValueKind.ShouldBe(JsonValueKind.Null);
        idle.GetProperty("models").GetRawText().ShouldBe("""[{"id":"a","engine":"for-a","name":"a"},{"id":"b","engine":"for-b","name":"b"}]""");

        (await SwapAsync("""{"engine":"for-a","model":"b"}""")).GetProperty("active_engine").GetString().ShouldBe("for-a", "the engine counts before the model");
        var status = await SwapAsync("""{"model":"b"}""");
        status.GetProperty("active_engine").GetString().ShouldBe("for-b");
        var last = status.GetProperty("last_swap");
        last.EnumerateObject().Select(member => member.Name).ShouldBe(["from", "to", "duration_s", "ok", "at"]);
        (last.GetProperty("from").GetString(), last.GetProperty("to").GetString(), last.GetProperty("ok").GetBoolean()).ShouldBe(("for-a", "for-b", true));
        last.GetProperty("duration_s").GetDouble().ShouldBeInRange(0.2, 60);
        last.GetProperty("at").GetDouble().ShouldBe(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), 60);
        status.GetProperty("engines").GetProperty("for-a").GetProperty("ready").GetBoolean().ShouldBeFalse();
        status.GetProperty("engines").GetProperty("for-b").ShouldSatisfyAllConditions(
            engine => engine.GetProperty("ready").GetBoolean().ShouldBeTrue(),
            engine => engine.GetProperty("in_flight").GetInt32().ShouldBe(0),
            engine => engine.GetProperty("base_url").GetString().ShouldBe($"http://127.0.0.1:{lockkeeper.Engines.Single().Port}"));

        using var discovered = await lockkeeper.PostAsync("/admin/discover");
        (await discovered.Content.ReadAsStringAsync()).ShouldBe("""{"engines":{"for-a":["a"],"for-b":["b"]}}""");

        async Task<JsonElement> SwapAsync(string body)
        {
            using var swapped = await lockkeeper.PostAsync("/admin/swap", body);
            ((int)swapped.StatusCode).ShouldBe(200);
            return JsonElement.Parse(await swapped.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("", 400, "invalid_request_error", "body must contain 'model' or 'engine'")]
    [InlineData("{", 400, "invalid_request_error", "request body must be JSON")]
    [InlineData("""{"model":"x"}""", 404, "engine_error", "no engine can serve model 'x'")]
    [InlineData("""{"engine":"x"}""", 404, "engine_error", "unknown engine 'x'")]
    public async Task What_it_refuses_it_refuses_in_the_same_words(string body, int status, string type, string message)
    {
        using var refused = await router.Lockkeeper.PostAsync("/admin/swap", body);
        ((int)refused.StatusCode).ShouldBe(status);
        (await refused.Content.ReadAsStringAsync()).ShouldBe($$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}"}}""");
    }

    public sealed class Router() : SharedRouter(new TestConfig { Models = { ["a"] = "" } });
}
