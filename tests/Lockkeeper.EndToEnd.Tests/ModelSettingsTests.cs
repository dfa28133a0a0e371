using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What a model or its engine says for itself counts for it alone.</summary>
public sealed class ModelSettingsTests(ModelSettingsTests.Router router) : IClassFixture<ModelSettingsTests.Router>
{
    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task A_model_has_a_patience_of_its_own()
    {
        using var silent = await _lockkeeper.AskAsync("hasty", "first=30000");
        var error = await silent.ErrorAsync();
        (error.Status, error.Code).ShouldBe((504, "engine_timeout"));
        error.Message.ShouldContain("has sent nothing for 0.3 s (request_timeout)");
        (await _lockkeeper.AnswerAsync("patient", "first=1000")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("1000", ",\"priority\":1000")]
    [InlineData("-3", ",\"priority\":-3")]
    [InlineData("4", ",\"priority\":4")]
    [InlineData("\"low\"", "")]
    public async Task An_engine_that_has_a_priority_of_its_own_gets_the_numbers(string written, string arrives)
    {
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes($$"""{"model":"a","user":"fake: echo","priority":{{written}}}"""));
        (await EchoAsync(response)).ShouldBe($$"""{"model":"a","user":"fake: echo"{{arrives}}}""");
    }

    [Fact]
    public async Task What_a_model_says_of_its_requests_is_spliced_into_them()
    {
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes("""{"user_id" : 7, "model":"spliced", "user":"fake: echo","max_tokens" : 9000, "messages":[{"content":"1234567890"}]}"""));
        (await EchoAsync(response)).ShouldBe(
            """{"model":"spliced","seed":1,"temperature":0.7,"chat_template_kwargs":{"a":"yes","enable_thinking":false}, "user":"fake: echo","max_tokens" : 64, "messages":[{"content":"1234567890"}]}""");

        using var tooLong = await _lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes("""{"model":"spliced","messages":[{"content":"123456789012345678901"}]}"""));
        var error = await tooLong.ErrorAsync();
        (error.Status, error.Code).ShouldBe((400, "prompt_too_long"));
    }

    [Theory]
    [InlineData("streams", "", true)]
    [InlineData("streams-not", ",\"stream\":false", false)]
    public async Task A_model_may_stream_unless_it_is_told_not_to(string model, string said, bool streams)
    {
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes($$"""{"model":"{{model}}"{{said}}}"""));
        var text = await response.Content.ReadAsStringAsync();
        response.Content.Headers.ContentType!.MediaType.ShouldBe(streams ? "text/event-stream" : "application/json");
        text.Contains("\n\ndata: ", StringComparison.Ordinal).ShouldBe(streams, text);
        text.StartsWith(": ", StringComparison.Ordinal).ShouldBe(streams, text); // it was told that it waits
    }

    private static async Task<string> EchoAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, text);
        return Encoding.UTF8.GetString(JsonElement.Parse(text).GetProperty("request").GetProperty("body_base64").GetBytesFromBase64());
    }

    /// <summary>A model for each story: those that stream are told that they wait, so nobody else may have loaded them.</summary>
    public sealed class Router() : SharedRouter(new TestConfig
    {
        Models = { ["hasty"] = "", ["patient"] = "", ["a"] = "", ["spliced"] = "", ["streams"] = "--ready-delay 600", ["streams-not"] = "--ready-delay 600" },
        ModelKeys =
        {
            ["hasty"] = "request_timeout: 300ms",
            ["spliced"] = "defaults: { temperature: 0.7 }, set: { seed: 1 }, strip: [user_id], clamp: { max_tokens: 64 }, chat_template_kwargs: { a: yes }, thinking: { off_below_max_tokens: 100 }, max_prompt_chars: 20",
            ["streams"] = "defaults: { stream: true }",
            ["streams-not"] = "defaults: { stream: true }",
        },
        EngineKeys = { ["priority_field"] = "true" },
        KeepAliveInterval = "100ms",
    });
}
