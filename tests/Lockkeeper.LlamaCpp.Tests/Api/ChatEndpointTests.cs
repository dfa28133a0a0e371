using System.Net;
using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Tests.Models;
using Lockkeeper.Testing;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class ChatEndpointTests(DemoEngine demo)
{
    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task A_question_is_answered()
    {
        var answer = await _engine.AskAsync(DemoEngine.Ask("What is 2+2?"));
        answer.GetProperty("object").GetString().ShouldBe("chat.completion");
        answer.GetProperty("model").GetString().ShouldBe("demo-guide");
        var choice = answer.GetProperty("choices").EnumerateArray().Single();
        choice.GetProperty("index").GetInt32().ShouldBe(0);
        choice.GetProperty("message").GetProperty("role").GetString().ShouldBe("assistant");
        choice.GetProperty("message").GetProperty("content").GetString().ShouldBe("2 + 2 = 4");
        choice.GetProperty("finish_reason").GetString().ShouldBe("stop");
    }

    [Theory]
    [InlineData("What is 2+2?")]
    [InlineData("Tell me a story.")]
    public async Task A_stream_says_the_same_in_the_order_that_clients_expect(string question)
    {
        var whole = Content(await _engine.AskAsync(DemoEngine.Ask(question)));
        var events = await _engine.StreamAsync(DemoEngine.Ask(question, ("stream", true)));
        events[^1].ShouldBe("[DONE]");
        var chunks = events[..^1].Select(one => JsonDocument.Parse(one).RootElement).ToList();
        chunks.ShouldAllBe(chunk => chunk.GetProperty("object").GetString() == "chat.completion.chunk");
        chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
        Delta(chunks[0]).GetProperty("role").GetString().ShouldBe("assistant");
        chunks[1..].ShouldAllBe(chunk => !Delta(chunk).GetRawText().Contains("role"));
        chunks[..^1].ShouldAllBe(chunk => Choice(chunk).GetProperty("finish_reason").ValueKind == JsonValueKind.Null);
        Choice(chunks[^1]).GetProperty("finish_reason").GetString().ShouldBe("stop");
        Delta(chunks[^1]).EnumerateObject().ShouldBeEmpty();
        string.Concat(chunks[1..^1].Select(chunk => Delta(chunk).GetProperty("content").GetString())).ShouldBe(whole);
        chunks.Count.ShouldBeGreaterThan(6, "it comes token by token");
        chunks.ShouldAllBe(chunk => !chunk.GetRawText().Contains("usage"), "nobody asked for usage");
    }

    [Fact]
    public async Task Usage_comes_in_a_last_chunk_without_choices_when_asked_for()
    {
        var events = await _engine.StreamAsync(DemoEngine.Ask("What is 2+2?", ("stream", true), ("stream_options", new { include_usage = true })));
        var chunks = events[..^1].Select(one => JsonDocument.Parse(one).RootElement).ToList();
        chunks[..^1].ShouldAllBe(chunk => chunk.GetProperty("usage").ValueKind == JsonValueKind.Null);
        chunks[^1].GetProperty("choices").GetArrayLength().ShouldBe(0);
        var whole = await _engine.AskAsync(DemoEngine.Ask("What is 2+2?"));
        chunks[^1].GetProperty("usage").GetRawText().ShouldBe(whole.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Usage_and_timings_count_tokens()
    {
        var model = await _engine.Server.Decoder.Loaded;
        var prompt = model.Vocabulary.Tokenise(model.Template!.Render(new([new("user", "What is 2+2?")]))).Length;
        var answer = await _engine.AskAsync(DemoEngine.Ask("What is 2+2?"));

        // "2 + 2 = 4" is five tokens, and the sixth ends the turn.
        Usage(answer).ShouldBe((prompt, 6, prompt + 6));
        answer.GetProperty("timings").GetProperty("prompt_n").GetInt32().ShouldBe(prompt);
        answer.GetProperty("timings").GetProperty("predicted_n").GetInt32().ShouldBe(6);
        answer.GetProperty("timings").GetProperty("predicted_per_second").GetDouble().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("max_completion_tokens")]
    public async Task A_limit_ends_an_answer_by_length(string name)
    {
        var answer = await _engine.AskAsync(DemoEngine.Ask("Tell me a story.", (name, 7)));
        Choice(answer).GetProperty("finish_reason").GetString().ShouldBe("length");
        Usage(answer).Completion.ShouldBe(7);
    }

    [Theory]
    [InlineData(", 4", "1, 2, 3")]
    [InlineData("3, 4, 5", "1, 2, ")]
    [InlineData("1", "")]
    public async Task A_stop_string_ends_the_answer_and_no_part_of_it_is_sent(string stop, string expected)
    {
        var answer = await _engine.AskAsync(DemoEngine.Ask("Count to 7", ("stop", stop)));
        Content(answer).ShouldBe(expected);
        Choice(answer).GetProperty("finish_reason").GetString().ShouldBe("stop");
        string.Concat(await _engine.DeltasAsync(DemoEngine.Ask("Count to 7", ("stop", new[] { "never", stop }), ("stream", true)))).ShouldBe(expected);
    }

    [Fact]
    public async Task Equal_seeds_give_equal_answers_and_other_seeds_other_ones()
    {
        async Task<string> Roll(int seed) => Content(await _engine.AskAsync(DemoEngine.Ask("Tell me a story.", ("temperature", 1.8), ("seed", seed), ("top_k", 0), ("top_p", 1), ("min_p", 0), ("max_tokens", 40))));
        var first = await Roll(1);
        (await Roll(1)).ShouldBe(first);
        (await Roll(2)).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_with_both_numbers()
    {
        var error = await RefusedAsync(DemoEngine.Ask(string.Concat(Enumerable.Repeat("word ", 3000))), HttpStatusCode.BadRequest);
        error.GetProperty("code").GetString().ShouldBe("context_length_exceeded");
        error.GetProperty("param").GetString().ShouldBe("messages");
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.GetProperty("message").GetString()!.ShouldMatch(@"context is 2048 tokens.*'messages' is \d{4,} tokens");
    }

    [Fact]
    public async Task Megabytes_of_prompt_are_refused_without_being_tokenised()
    {
        var error = await RefusedAsync(DemoEngine.Ask(new string('a', 30_000_000)), HttpStatusCode.BadRequest);
        error.GetProperty("code").GetString().ShouldBe("context_length_exceeded");
        error.GetProperty("message").GetString()!.ShouldContain("at least");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Headers = { ExpectContinue = true } };
        request.Content = new StringContent($$"""{"messages":[{"role":"user","content":"{{new string('a', (int)EngineServer.MaxRequestBody)}}"}]}""", Encoding.UTF8, "application/json");
        using var response = await _engine.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ErrorAsync(response)).GetProperty("code").GetString().ShouldBe("body_too_large");
    }

    [Fact]
    public async Task A_mistake_is_answered_in_the_shape_that_openai_clients_read()
    {
        using var response = await _engine.PostAsync("""{"messages":[{"role":"user","content":"Hi"}],"top_p":3}""");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var error = await ErrorAsync(response);
        error.EnumerateObject().Select(one => one.Name).ShouldBe(["message", "type", "param", "code"]);
        error.GetProperty("param").GetString().ShouldBe("top_p");
    }

    [Fact]
    public async Task Whatever_bytes_a_model_says_arrive_as_valid_text()
    {
        using var file = RandomModel.Write(seed: 21, saysBytes: true);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        var request = new { messages = new[] { new { role = "user", content = "x" } }, temperature = 0, max_tokens = 100, stream = true };
        using var response = await engine.PostAsync(JsonSerializer.Serialize(request));
        var bytes = await response.Content.ReadAsByteArrayAsync();
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).ShouldEndWith("data: [DONE]\n\n");
        var said = string.Concat(await engine.DeltasAsync(request));
        said.ShouldContain("\uFFFD", Case.Sensitive, "else this model says no broken characters, and the test proves nothing");
        Content(await engine.AskAsync(new { request.messages, request.temperature, request.max_tokens }))
            .ShouldBe(said);
    }

    [Fact]
    public async Task A_client_that_hangs_up_frees_the_engine_at_once()
    {
        using var file = RandomModel.Write(seed: 22, context: 16_384);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        var endless = JsonSerializer.Serialize(DemoEngine.Ask("x", ("stream", true)));
        using (var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = engine.Server.Address })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(endless) };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[2000]);
        }

        var atLeave = engine.Server.Decoder.TokensGenerated;
        var idle = await Eventually.True(() => !engine.Server.Decoder.IsBusy, "the engine is idle");
        TestContext.Current.TestOutputHelper!.WriteLine($"idle {idle.TotalMilliseconds:0.0} ms after the disconnect, {engine.Server.Decoder.TokensGenerated} tokens generated");
        (engine.Server.Decoder.TokensGenerated - atLeave).ShouldBeLessThan(8000);
        Usage(await engine.AskAsync(DemoEngine.Ask("y", ("max_tokens", 2)))).Completion.ShouldBe(2);
    }

    [Fact]
    public async Task A_client_that_hangs_up_without_streaming_frees_the_engine_too()
    {
        using var file = RandomModel.Write(seed: 23, context: 16_384);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        using var hangUp = new CancellationTokenSource();
        var answer = engine.PostAsync(JsonSerializer.Serialize(DemoEngine.Ask("x")), cancellation: hangUp.Token);
        await Eventually.True(() => engine.Server.Decoder.TokensGenerated > 3, "it generates");
        await hangUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => answer);
        var atLeave = engine.Server.Decoder.TokensGenerated;
        await Eventually.True(() => !engine.Server.Decoder.IsBusy, "the engine is idle");
        (engine.Server.Decoder.TokensGenerated - atLeave).ShouldBeLessThan(8000);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered_one_after_the_other()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _engine.AskAsync(DemoEngine.Ask($"What is {i % 6}+3?"))));
        answers.Select(Content).ShouldBe(Enumerable.Range(0, 12).Select(i => $"{i % 6} + 3 = {(i % 6) + 3}"));
    }

    private static JsonElement Choice(JsonElement answer) => answer.GetProperty("choices")[0];

    private static JsonElement Delta(JsonElement chunk) => Choice(chunk).GetProperty("delta");

    private static string Content(JsonElement answer) => Choice(answer).GetProperty("message").GetProperty("content").GetString()!;

    private static (int Prompt, int Completion, int Total) Usage(JsonElement answer)
    {
        var usage = answer.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }

    private static async Task<JsonElement> ErrorAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");

    private async Task<JsonElement> RefusedAsync(object request, HttpStatusCode status)
    {
        using var response = await _engine.PostAsync(JsonSerializer.Serialize(request));
        response.StatusCode.ShouldBe(status);
        return await ErrorAsync(response);
    }
}
