using System.Text;
using Lockkeeper.LlamaCpp.Api;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class GenerationFieldsTests
{
    private const string Hi = """ "messages":[{"role":"user","content":"Hi"}] """;

    [Theory]
    [InlineData("""{ HI, "logprobs":true}""", "unsupported_value", "logprobs", "is not supported")]
    [InlineData("""{ HI, "top_logprobs":3}""", "unsupported_value", "logprobs", "is not supported")]
    [InlineData("""{ HI, "logit_bias":[1]}""", "invalid_type", "logit_bias", "must be an object of token ids")]
    [InlineData("""{ HI, "logit_bias":{"the":1}}""", "invalid_value", "logit_bias", "has the key 'the', which is no token id")]
    [InlineData("""{ HI, "logit_bias":{"5":101}}""", "invalid_value", "logit_bias.5", "between -100 and 100")]
    [InlineData("""{ HI, "frequency_penalty":3}""", "invalid_value", "frequency_penalty", "between -2 and 2")]
    [InlineData("""{ HI, "presence_penalty":"0"}""", "invalid_type", "presence_penalty", "must be a number")]
    [InlineData("""{ HI, "repeat_penalty":0}""", "invalid_value", "repeat_penalty", "between 0.01 and 100")]
    [InlineData("""{ HI, "repetition_penalty":true}""", "invalid_type", "repetition_penalty", "must be a number, not true")]
    [InlineData("""{ HI, "repeat_last_n":-2}""", "invalid_value", "repeat_last_n", "must be -1 or more")]
    [InlineData("""{ HI, "chat_template_kwargs":[]}""", "invalid_type", "chat_template_kwargs", "must be an object")]
    [InlineData("""{ HI, "chat_template_kwargs":{"enable_thinking":"no"}}""", "invalid_type", "chat_template_kwargs.enable_thinking", "must be true or false")]
    public void What_cannot_be_meant_is_refused_by_name(string body, string code, string param, string words)
    {
        var problem = RequestBody.Read(Encoding.UTF8.GetBytes(body.Replace("HI", Hi, StringComparison.Ordinal)), ChatRequestReader.Read).Problem.ShouldNotBeNull();
        (problem.Status, problem.Code, problem.Param).ShouldBe((400, code, param));
        problem.Message.ShouldContain(words);
    }

    [Fact]
    public void No_limit_may_be_said() =>
        RequestBody.Read(Encoding.UTF8.GetBytes($"{{{Hi},\"max_tokens\":5,\"max_completion_tokens\":-1}}"), ChatRequestReader.Read).Request.ShouldNotBeNull().Generation.MaxTokens.ShouldBeNull();
}
