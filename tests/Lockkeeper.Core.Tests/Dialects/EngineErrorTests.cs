using System.Text;
using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class EngineErrorTests
{
    [Theory]
    [InlineData("""{"error":{"message":"no","type":"invalid_request_error","code":"context_length_exceeded"}}""", "context_length_exceeded", "no")]
    [InlineData("""{"error":{"code":500,"message":"no","type":"server_error"}}""", "server_error", "no")]
    [InlineData("""{"error":"model 'x' not found"}""", null, "model 'x' not found")]
    [InlineData("""{"detail":"Not Found"}""", null, "Not Found")]
    [InlineData("""{"detail":[{"loc":["body","messages",0],"msg":"Field required","type":"missing"},{"loc":["body"],"msg":"bad"}]}""", null, "body.messages.0: Field required; body: bad")]
    [InlineData("""{"detail":{"error":"deep"}}""", null, "deep")]
    [InlineData("""{"message":"no","code":"x"}""", "x", "no")]
    [InlineData("""{"object":"error","message":"no","type":"BadRequestError","param":null,"code":400}""", "BadRequestError", "no")]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "overloaded_error", "Overloaded")]
    [InlineData("\"just text\"", null, "just text")]
    [InlineData("Service Unavailable\n", null, "Service Unavailable")]
    [InlineData("""{"what":1}""", null, """{"what":1}""")]
    [InlineData("""{"error":{"code":1}}""", null, """{"error":{"code":1}}""")]
    [InlineData("""{"error":"\ud83d"}""", null, """{"error":"\ud83d"}""")]
    [InlineData("", null, "The engine answered with status 502 and said nothing more.")]
    [InlineData("{}", null, "The engine answered with status 502 and said nothing more.")]
    public void An_error_of_any_shape_is_read(string body, string? code, string message) => EngineError.Read(502, Encoding.UTF8.GetBytes(body)).ShouldBe(new AnswerFailure(502, code, message));

    [Fact]
    public void A_page_is_cut()
    {
        var message = EngineError.Read(502, Encoding.UTF8.GetBytes("<html>" + new string('x', 493) + "🙂🙂")).Message;

        message.ShouldBe("<html>" + new string('x', 493) + "…");
    }

    [Theory]
    [InlineData("""{"error":{"code":413,"message":"x"}}""", 413)]
    [InlineData("""{"error":{"message":"x","type":"overloaded_error"}}""", 503)]
    [InlineData("""{"type":"error","error":{"message":"x","type":"not_found_error"}}""", 404)]
    [InlineData("""{"error":{"message":"x","type":"invalid_request_error"}}""", 400)]
    [InlineData("""{"error":{"message":"x","type":"rate_limit_error"}}""", 429)]
    [InlineData("""{"error":{"message":"x","type":"timeout_error"}}""", 504)]
    [InlineData("""{"error":{"code":7,"message":"x"}}""", 500)]
    [InlineData("x", 500)]
    public void Within_a_stream_its_kind_tells_the_status(string json, int status) => EngineError.ReadStreamed(Encoding.UTF8.GetBytes(json)).ShouldBe(new AnswerFailure(status, EngineError.Read(status, Encoding.UTF8.GetBytes(json)).Code, "x"));
}
