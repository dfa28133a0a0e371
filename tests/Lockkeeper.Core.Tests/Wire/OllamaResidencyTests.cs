using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class OllamaResidencyTests
{
    [Theory]
    [InlineData("""{"model":"m","keep_alive":"5m"}""", """{"model":"m","keep_alive":-1}""")]
    [InlineData("""{"model":"m","keep_alive":"5m","Keep_Alive":"9h","\u212aEEP_ALIVE":"8h","Keep_alive":1}""", """{"model":"m","keep_alive":-1,"Keep_Alive":-1,"\u212aEEP_ALIVE":-1,"Keep_alive":-1}""")]
    [InlineData("""{"model":"m","OPTIONS":{"num_ctx":9},"optionſ":{"num_ctx":8}}""", """{"model":"m","OPTIONS":{"num_ctx":4096},"optionſ":{"num_ctx":4096}}""")]
    [InlineData("""{"keep_alive":{"a":[1]},"model":"m","options":{"seed":1,"num_ctx":9}}""", """{"keep_alive":-1,"model":"m","options":{"seed":1,"num_ctx":4096}}""")]
    [InlineData("""{"model":"m","options":{"num_ctx": "x" ,"seed":1}}""", """{"model":"m","options":{"num_ctx": 4096 ,"seed":1}}""")]
    [InlineData("""{"model":"m","options":null}""", """{"model":"m","options":null}""")]
    [InlineData("""{"model":"m","tools":[{"keep_alive":1,"options":{"num_ctx":1}}]}""", """{"model":"m","tools":[{"keep_alive":1,"options":{"num_ctx":1}}]}""")]
    [InlineData("""{"model":"m","num_ctx":1}""", """{"model":"m","num_ctx":1}""")]
    public void What_a_client_says_is_what_the_model_has(string body, string expected) => Rewritten(body, 4096, isNative: false).ShouldBe(expected);

    [Theory]
    [InlineData("""{"options":{"num_ctx":9}}""", """{"options":{}}""")]
    [InlineData("""{"options":{"num_ctx":9 , "seed":1}}""", """{"options":{"seed":1}}""")]
    [InlineData("""{"options":{"seed":1, "num_ctx":9}}""", """{"options":{"seed":1}}""")]
    [InlineData("""{"options":{"a":1,"num_ctx":9,"b":2}}""", """{"options":{"a":1,"b":2}}""")]
    [InlineData("""{"options":{"num_ctx":9,"num_ctx":8}}""", """{"options":{}}""")]
    [InlineData("""{"options":{"num_ctx":9,"num_ctx":8,"b":2}}""", """{"options":{"b":2}}""")]
    [InlineData("""{"options":{"a":1,"num_ctx":9,"num_ctx":8}}""", """{"options":{"a":1}}""")]
    public void Without_a_context_length_the_daemon_keeps_its_own(string body, string expected) => Rewritten(body, null, isNative: true).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m"}""", """{"options":{"num_ctx":4096},"model":"m"}""")]
    [InlineData("""{"model":"m","options":{}}""", """{"model":"m","options":{"num_ctx":4096}}""")]
    [InlineData("""{"model":"m","options":{ "seed":1}}""", """{"model":"m","options":{"num_ctx":4096, "seed":1}}""")]
    [InlineData("""{"model":"m","options":null,"keep_alive":0}""", """{"model":"m","options":{"num_ctx":4096},"keep_alive":-1}""")]
    [InlineData("""{"model":"m","options":{"num_ctx":4096}}""", """{"model":"m","options":{"num_ctx":4096}}""")]
    public void In_its_own_API_a_request_that_says_nothing_would_ask_for_the_default(string body, string expected) => Rewritten(body, 4096, isNative: true).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"keep_alive":""")]
    [InlineData("""{"options":{"num_ctx":1,""")]
    public void What_is_no_request_is_left_alone(string body) => new OllamaResidency("-1", 1).Edits(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), isNative: true).ShouldBeEmpty();

    private static string Rewritten(string body, int? contextLength, bool isNative)
    {
        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body));
        var edits = default(BodyEdits).With(new OllamaResidency("-1", contextLength).Edits(bytes, isNative));
        var text = string.Concat(edits.Apply(bytes).Select(piece => Encoding.UTF8.GetString(piece.Span)));
        edits.Growth.ShouldBe(text.Length - body.Length);
        return text;
    }
}
