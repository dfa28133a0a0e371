using System.Text;
using Lockkeeper.LlamaCpp.Api;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class ChatRequestReaderTests
{
    private const string Hi = """ "messages":[{"role":"user","content":"Hi"}] """;

    [Fact]
    public void What_a_client_leaves_out_or_sets_to_null_has_its_default()
    {
        foreach (var body in (string[])[$"{{{Hi}}}", $$"""{ {{Hi}}, "model":null,"stream":null,"temperature":null,"top_p":null,"seed":null,"max_tokens":null,"stop":null,"stream_options":null,"n":null }"""])
        {
            var request = Read(body);
            request.Generation.Sampling.ShouldBe(new Sampling());
            (request.Generation.Stream, request.Generation.IncludeUsage, request.Generation.MaxTokens, request.Generation.Stops.Count).ShouldBe((false, false, null, 0));
            request.Conversation.Messages.ShouldBe([new Message("user", "Hi")]);
        }
    }

    [Fact]
    public void Every_known_field_is_read()
    {
        var request = Read($$"""
            { {{Hi}}, "model":"m", "stream":true, "stream_options":{"include_usage":true}, "temperature":0.5, "top_p":0.9, "top_k":7, "min_p":0.1,
              "seed":-9007199254740993, "max_tokens":5, "max_completion_tokens":9, "stop":["a","é"], "n":1, "tools":[], "user":"u", "logit_bias":{"1":2},
              "frequency_penalty":0.5, "presence_penalty":-1, "repeat_penalty":1.1, "repeat_last_n":-1 }
            """);
        request.Generation.Sampling.Biases.ShouldBe([new LogitBias { Token = 1, Bias = 2 }]);
        (request.Generation.Sampling with { Biases = [] }).ShouldBe(new Sampling
        {
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 7,
            MinP = 0.1f,
            Seed = -9007199254740993,
            FrequencyPenalty = 0.5f,
            PresencePenalty = -1,
            RepeatPenalty = 1.1f,
            PenaltyWindow = -1,
        });
        (request.Generation.Stream, request.Generation.IncludeUsage, request.Generation.MaxTokens).ShouldBe((true, true, 9));
        request.Generation.Stops.Select(Encoding.UTF8.GetString).ShouldBe(["a", "é"]);
    }

    [Fact]
    public void Contents_may_come_in_text_parts_and_developers_are_the_system() =>
        Read("""{"messages":[{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":""}]}""")
            .Conversation.Messages.ShouldBe([new Message("system", "ab"), new Message("assistant", "")]);

    [Fact]
    public void Whole_numbers_may_be_written_as_json_allows() => Read($$"""{ {{Hi}}, "max_tokens":1e2, "top_k":3.0 }""").ShouldSatisfyAllConditions(
        request => request.Generation.MaxTokens.ShouldBe(100),
        request => request.Generation.Sampling.TopK.ShouldBe(3));

    [Theory]
    [InlineData("", "invalid_json", null, "not valid JSON")]
    [InlineData("{", "invalid_json", null, "not valid JSON")]
    [InlineData("{} {}", "invalid_json", null, "not valid JSON")]
    [InlineData("[]", "invalid_type", "body", "must be a JSON object, not an array")]
    [InlineData("""{"\ud800":1}""", "invalid_json", null, "not valid Unicode")]
    [InlineData("{}", "missing_required_parameter", "messages", "is required")]
    [InlineData("""{"messages":"Hi"}""", "invalid_type", "messages", "must be an array, not a string")]
    [InlineData("""{"messages":[]}""", "invalid_value", "messages", "at least one")]
    [InlineData("""{"messages":["Hi"]}""", "invalid_type", "messages[0]", "must be an object")]
    [InlineData("""{"messages":[{"content":"Hi"}]}""", "missing_required_parameter", "messages[0].role", "is required")]
    [InlineData("""{"messages":[{"role":7,"content":"Hi"}]}""", "invalid_type", "messages[0].role", "must be a string, not 7")]
    [InlineData("""{"messages":[{"role":"function","content":"Hi"}]}""", "unsupported_value", "messages[0].role", "system, developer, user, assistant and tool")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "missing_required_parameter", "messages[0].content", "is required")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "invalid_type", "messages[0].content", "must be a string or an array")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud83d"}]}""", "invalid_value", "messages[0].content", "not valid Unicode")]
    [InlineData("""{"messages":[{"role":"user","content":[7]}]}""", "invalid_type", "messages[0].content[0]", "must be an object")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"a"}]}]}""", "missing_required_parameter", "messages[0].content[0].type", "is required")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"}]}]}""", "unsupported_value", "messages[0].content[1].type", "reads 'text' only")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "missing_required_parameter", "messages[0].content[0].text", "is required")]
    [InlineData("""{ HI, "model":3}""", "invalid_type", "model", "must be a string")]
    [InlineData("""{ HI, "stream":"yes"}""", "invalid_type", "stream", "must be true or false, not a string")]
    [InlineData("""{ HI, "stream_options":1}""", "invalid_type", "stream_options", "must be an object")]
    [InlineData("""{ HI, "stream_options":{"include_usage":1}}""", "invalid_type", "stream_options.include_usage", "must be true or false")]
    [InlineData("""{ HI, "temperature":"0"}""", "invalid_type", "temperature", "must be a number, not a string")]
    [InlineData("""{ HI, "temperature":-0.1}""", "invalid_value", "temperature", "must be 0 or more, not -0.1")]
    [InlineData("""{ HI, "temperature":1e999}""", "invalid_value", "temperature", "must be 0 or more")]
    [InlineData("""{ HI, "top_p":1.1}""", "invalid_value", "top_p", "between 0 and 1")]
    [InlineData("""{ HI, "min_p":-1}""", "invalid_value", "min_p", "between 0 and 1")]
    [InlineData("""{ HI, "top_k":1.5}""", "invalid_type", "top_k", "must be a whole number, not 1.5")]
    [InlineData("""{ HI, "top_k":-2}""", "invalid_value", "top_k", "-1 or more")]
    [InlineData("""{ HI, "seed":1e30}""", "invalid_value", "seed", "must be")]
    [InlineData("""{ HI, "seed":true}""", "invalid_type", "seed", "must be a whole number, not true")]
    [InlineData("""{ HI, "max_tokens":0}""", "invalid_value", "max_tokens", "must be 1 or more, or -1 for no limit, not 0")]
    [InlineData("""{ HI, "max_tokens":"9","max_completion_tokens":9}""", "invalid_type", "max_tokens", "must be a whole number")]
    [InlineData("""{ HI, "max_completion_tokens":-2}""", "invalid_value", "max_completion_tokens", "must be -1 or more")]
    [InlineData("""{ HI, "max_tokens":99999999999}""", "invalid_value", "max_tokens", "must be")]
    [InlineData("""{ HI, "stop":7}""", "invalid_type", "stop", "a string or an array of strings")]
    [InlineData("""{ HI, "stop":["a","b","c","d","e"]}""", "invalid_value", "stop", "4 strings at most, not 5")]
    [InlineData("""{ HI, "stop":["a",7]}""", "invalid_type", "stop[1]", "must be a string")]
    [InlineData("""{ HI, "stop":""}""", "invalid_value", "stop", "must not be empty")]
    [InlineData("""{ HI, "n":2}""", "unsupported_value", "n", "must be 1")]
    [InlineData("""{ HI, "n":0}""", "invalid_value", "n", "must be 1 or more")]
    public void What_cannot_be_meant_is_refused_by_name(string body, string code, string? param, string words)
    {
        var (request, problem) = RequestBody.Read(Encoding.UTF8.GetBytes(body.Replace("HI", Hi, StringComparison.Ordinal)), ChatRequestReader.Read);
        request.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldSatisfyAllConditions(
            error => error.Status.ShouldBe(400),
            error => error.Code.ShouldBe(code),
            error => error.Param.ShouldBe(param),
            error => error.Message.ShouldContain(words));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_refused()
    {
        byte[] body = [.. """{"messages":[{"role":"user","content":" """u8, 0xFF, 0xFE, .. """ "}]}"""u8];
        RequestBody.Read(body, ChatRequestReader.Read).Problem.ShouldNotBeNull().Status.ShouldBe(400);
    }

    [Fact]
    public void A_body_of_brackets_is_refused() =>
        RequestBody.Read(Encoding.UTF8.GetBytes(new string('[', 100_000)), ChatRequestReader.Read).Problem.ShouldNotBeNull().Code.ShouldBe("invalid_json");

    private static ChatRequest Read(string body)
    {
        var (request, problem) = RequestBody.Read(Encoding.UTF8.GetBytes(body), ChatRequestReader.Read);
        problem.ShouldBeNull();
        return request.ShouldNotBeNull();
    }
}
