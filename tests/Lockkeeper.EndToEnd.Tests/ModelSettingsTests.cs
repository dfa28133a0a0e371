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
        (await EchoAsync(response)).ShouldBe($$"""{"model":"a","user":"fake: echo"{{arrives}}}""");
    }

    [Fact]
    public async Task What_a_model_says_of_its_requests_is_spliced_into_them()
    {
        var keys = "defaults: { temperature: 0.7 }, set: { seed: 1 }, strip: [user_id], clamp: { max_tokens: 64 }, chat_template_kwargs: { a: yes }, thinking: { off_below_max_tokens: 100 }, max_prompt_chars: 20";
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, ModelKeys = { ["a"] = keys } });
        using var response = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes("""{"user_id" : 7, "model":"a", "user":"fake: echo","max_tokens" : 9000, "messages":[{"content":"1234567890"}]}"""));
        (await EchoAsync(response)).ShouldBe(
            """{"model":"a","seed":1,"temperature":0.7,"chat_template_kwargs":{"a":"yes","enable_thinking":false}, "user":"fake: echo","max_tokens" : 64, "messages":[{"content":"1234567890"}]}""");

        using var tooLong = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes("""{"model":"a","messages":[{"content":"123456789012345678901"}]}"""));
        var error = await tooLong.ErrorAsync();
        (error.Status, error.Code).ShouldBe((400, "prompt_too_long"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(",\"stream\":false", false)]
    public async Task A_model_may_stream_unless_it_is_told_not_to(string said, bool streams)
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ready-delay 600" }, ModelKeys = { ["a"] = "defaults: { stream: true }" }, KeepAliveInterval = "100ms" });
        using var response = await lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes($$"""{"model":"a"{{said}}}"""));
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
}
