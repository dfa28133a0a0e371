using System.Text.Json;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class CompletionEndpointTests(DemoEngine demo)
{
    private const string Path = "/v1/completions";
    private const string Question = "<|im_start|>user\nWhat is 2+2?<|im_end|>\n<|im_start|>assistant\n";

    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task A_prompt_is_gone_on_with()
    {
        var answer = await _engine.AskAsync(new { prompt = Question, temperature = 0 }, Path);
        (answer.GetProperty("object").GetString(), answer.GetProperty("model").GetString()).ShouldBe(("text_completion", "demo-guide"));
        answer.GetProperty("id").GetString()!.ShouldStartWith("cmpl-");
        var choice = answer.GetProperty("choices").EnumerateArray().Single();
        choice.EnumerateObject().Select(member => member.Name).ShouldBe(["index", "text", "logprobs", "finish_reason"]);
        (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()).ShouldBe(("2 + 2 = 4", "stop"));
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(6);
    }

    [Fact]
    public async Task A_list_of_one_and_tokens_are_prompts_too()
    {
        var tokens = (await _engine.AskAsync(new { content = Question }, "/tokenize")).GetProperty("tokens");
        foreach (var prompt in (object[])[new[] { Question }, tokens, new[] { tokens }])
        {
            Text(await _engine.AskAsync(new { prompt, temperature = 0 }, Path)).ShouldBe("2 + 2 = 4");
        }
    }

    [Fact]
    public async Task An_echo_is_the_prompt_before_the_answer()
    {
        var tokens = (await _engine.AskAsync(new { content = Question }, "/tokenize")).GetProperty("tokens");
        Text(await _engine.AskAsync(new { prompt = Question, temperature = 0, echo = true }, Path)).ShouldBe(Question + "2 + 2 = 4");
        Text(await _engine.AskAsync(new { prompt = tokens, temperature = 0, echo = true }, Path)).ShouldBe(Question + "2 + 2 = 4");
        (await StreamedAsync(new { prompt = Question, temperature = 0, echo = true, stream = true }))[0].ShouldBe(Question);
    }

    [Fact]
    public async Task A_stream_says_the_same()
    {
        var events = await _engine.StreamAsync(new { prompt = Question, temperature = 0, stream = true, stream_options = new { include_usage = true } }, Path);
        events[^1].ShouldBe("[DONE]");
        var chunks = events[..^1].Select(data => JsonDocument.Parse(data).RootElement).ToList();
        chunks.ShouldAllBe(chunk => chunk.GetProperty("object").GetString() == "text_completion");
        string.Concat(chunks[..^1].Select(Text)).ShouldBe("2 + 2 = 4");
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        chunks[^1].GetProperty("choices").GetArrayLength().ShouldBe(0);
        chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(6);
    }

    [Fact]
    public async Task A_stop_a_limit_and_no_limit_are_kept_to()
    {
        Text(await _engine.AskAsync(new { prompt = Question, temperature = 0, stop = " = " }, Path)).ShouldBe("2 + 2");
        (await _engine.AskAsync(new { prompt = Question, temperature = 0, max_tokens = 2 }, Path)).GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
        Text(await _engine.AskAsync(new { prompt = Question, temperature = 0, max_tokens = -1 }, Path)).ShouldBe("2 + 2 = 4");
    }

    [Fact]
    public async Task A_grammar_is_kept_to_and_a_control_token_that_it_lets_through_is_text() =>
        Text(await _engine.AskAsync(new { prompt = "x", temperature = 0, grammar = "root ::= <[1022]> [0-9]{3} \"!\"" }, Path)).ShouldNotBeNull().ShouldMatch(@"^<\|im_start\|>\d{3}!$");

    [Theory]
    [InlineData("""{}""", "prompt", "is required")]
    [InlineData("""{"prompt":{}}""", "prompt", "must be a string")]
    [InlineData("""{"prompt":["a","b"]}""", "prompt", "must be one prompt, not 2")]
    [InlineData("""{"prompt":"\udc00"}""", "prompt", "not valid Unicode")]
    [InlineData("""{"prompt":""}""", "prompt", "empty prompt")]
    [InlineData("""{"prompt":[99999]}""", "prompt[0]", "this model has 1024 tokens")]
    [InlineData("""{"prompt":"a","suffix":"b"}""", "suffix", "tokens for filling in the middle")]
    [InlineData("""{"prompt":"a","suffix":1}""", "suffix", "must be a string")]
    [InlineData("""{"prompt":"a","echo":"yes"}""", "echo", "must be true or false")]
    [InlineData("""{"prompt":"a","logprobs":2}""", "logprobs", "is not supported")]
    [InlineData("""{"prompt":"a","n":2}""", "n", "must be 1")]
    [InlineData("""{"prompt":"a","best_of":2}""", "best_of", "must be 1")]
    [InlineData("""{"prompt":"a","grammar":1}""", "grammar", "must be a string")]
    [InlineData("""{"prompt":"a","grammar":"root ::= nothing"}""", "grammar", "none that llama.cpp understands")]
    [InlineData("""{"prompt":"a","grammar":"root ::= root \"a\""}""", "grammar", "left recursion")]
    [InlineData("""{"prompt":"a","grammar":"root ::= \"a\"","json_schema":{}}""", "grammar", "cannot be combined")]
    [InlineData("""{"prompt":"a","json_schema":{"pattern":"a"}}""", "json_schema.pattern", "no grammar is made of this keyword")]
    public async Task What_cannot_be_meant_is_refused_by_name(string body, string param, string words)
    {
        var error = await _engine.BodyRefusedAsync(body, Path);
        error.GetProperty("param").GetString().ShouldBe(param);
        error.GetProperty("message").GetString()!.ShouldContain(words);
    }

    [Fact]
    public async Task A_grammar_of_parentheses_and_one_of_megabytes_are_refused()
    {
        (await _engine.RefusedAsync(new { prompt = "a", grammar = "root ::= " + new string('(', 5000) }, Path)).GetProperty("message").GetString()!.ShouldContain("nested deeper");
        (await _engine.RefusedAsync(new { prompt = "a", grammar = new string('a', 100_000) }, Path)).GetProperty("message").GetString()!.ShouldContain("characters at most");
    }

    [Fact]
    public async Task A_model_without_a_chat_template_completes_and_refuses_to_chat()
    {
        using var file = RandomModel.Write(seed: 42, template: null);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        (await engine.AskAsync(new { prompt = "x", max_tokens = 3, temperature = 0 }, Path)).GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(3);
        (await engine.RefusedAsync(DemoEngine.Ask("x"))).GetProperty("message").GetString()!.ShouldContain("--chat-template");
    }

    [Fact]
    public async Task A_model_with_tokens_for_it_fills_in_the_middle()
    {
        using var file = RandomModel.Write(seed: 43, fillsIn: true);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        var answer = await engine.AskAsync(new { prompt = "ab", suffix = "cde", max_tokens = 4, temperature = 0 }, Path);

        // Three tokens of its own, the beginning, and one for each byte.
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(3 + 1 + 2 + 3);
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(4);
    }

    private static string? Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString();

    private async Task<List<string?>> StreamedAsync(object request) =>
        [.. (await _engine.StreamAsync(request, Path)).Where(data => data != "[DONE]").Select(data => Text(JsonDocument.Parse(data).RootElement))];
}
