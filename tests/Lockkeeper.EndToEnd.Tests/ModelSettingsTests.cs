using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What a model or its engine says for itself counts for it alone.</summary>
public sealed class ModelSettingsTests
{
    [Fact]
    public async Task A_model_has_a_patience_of_its_own()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["hasty"] = "", ["patient"] = "" }, ModelKeys = { ["hasty"] = "request_timeout: 300ms" } });
        using var silent = await lockkeeper.AskAsync("hasty", "first=30000");
        var error = await silent.ErrorAsync();
        (error.Status, error.Code).ShouldBe((504, "engine_timeout"));
        error.Message.ShouldContain("has sent nothing for 0.3 s (request_timeout)");
        (await lockkeeper.AnswerAsync("patient", "first=1000")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("1000", ",\"priority\":1000")]
    [InlineData("-3", ",\"priority\":-3")]
    [InlineData("4", ",\"priority\":4")]
    [InlineData("\"low\"", "")]
    public async Task An_engine_that_has_a_priority_of_its_own_gets_the_numbers(string written, string arrives)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, EngineKeys = { ["priority_field"] = "true" } });
        using var response = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes($$"""{"model":"a","user":"fake: echo","priority":{{written}}}"""));
        ((int)response.StatusCode).ShouldBe(200);
        var echo = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("request").GetProperty("body_base64").GetBytesFromBase64();
        Encoding.UTF8.GetString(echo).ShouldBe($$"""{"model":"a","user":"fake: echo"{{arrives}}}""");
    }
}
