using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class EmbedRequestTests
{
    private const string Answer = """{"object":"list","data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[0.1,-2e-3]}],"model":"x","usage":{"prompt_tokens":8,"total_tokens":8}}""";

    [Theory]
    [InlineData("""{"model":"e","input":"a","truncate":true,"options":{"num_ctx":1}}""", """{"model":"e","input":"a","encoding_format":"float"}""")]
    [InlineData("""{"model":"e","input":["a","ä"],"dimensions":64}""", """{"model":"e","input":["a","ä"],"encoding_format":"float","dimensions":64}""")]
    public void Texts_are_asked_for_as_OpenAI_does(string body, string expected) => Written(Read(body)).ShouldBe(expected);

    [Fact]
    public void The_old_way_has_one_prompt() => Written(ReadOld("""{"model":"e","prompt":"a"}""")).ShouldBe("""{"model":"e","input":"a","encoding_format":"float"}""");

    [Theory]
    [InlineData("""{"model":"e"}""")]
    [InlineData("""{"model":"e","input":[]}""")]
    [InlineData("""{"model":"e","input":""}""")]
    public void Without_a_text_it_is_about_the_model(string body) => Read(body).Input.ShouldBeNull();

    [Theory]
    [InlineData("""{"model":"e","input":["a",7]}""", "'input[1]' must be a string, not 7.")]
    [InlineData("""{"model":"e","input":{}}""", "'input' must be a string or an array of strings, not an object.")]
    [InlineData("""{"input":"a"}""", "'model' is required.")]
    public void A_wrong_request_is_told_where_it_is_wrong(string body, string message)
    {
        EmbedRequest.Read(Body(body)).Holds(out _, out var error).ShouldBeFalse();
        error!.Message.ShouldBe(message);
    }

    [Fact]
    public void The_numbers_stay_what_they_are_in_the_order_of_the_texts() => Answered(Read("""{"model":"e","input":["a","b"]}"""), Answer)
        .ShouldBe("""{"model":"e","embeddings":[[0.1,-2e-3],[3,4]],"total_duration":2000000000,"load_duration":1000000000,"prompt_eval_count":8}""");

    [Fact]
    public void The_old_way_has_one_answer() => Answered(ReadOld("""{"model":"e","prompt":"a"}"""), Answer).ShouldBe("""{"embedding":[0.1,-2e-3]}""");

    [Theory]
    [InlineData("<html>", "an answer that is not JSON")]
    [InlineData("{}", "an answer without 'data'")]
    [InlineData("""{"data":[{"embedding":"AAAA"}]}""", "an answer with an embedding that is no array of numbers")]
    public void What_is_no_such_answer_is_refused(string answer, string why) =>
        Should.Throw<InvalidDataException>(() => Answered(Read("""{"model":"e","input":"a"}"""), answer)).Message.ShouldBe(why);

    private static EmbedRequest Read(string body)
    {
        EmbedRequest.Read(Body(body)).Holds(out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }

    private static EmbedRequest ReadOld(string body)
    {
        EmbedRequest.ReadOld(Body(body)).Holds(out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }

    private static string Written(EmbedRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        request.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Answered(EmbedRequest request, string answer)
    {
        var output = new ArrayBufferWriter<byte>();
        request.WriteAnswer(Encoding.UTF8.GetBytes(answer), new AnswerNaming("e", "r", DateTimeOffset.UnixEpoch), new AnswerClock(() => TimeSpan.FromSeconds(2), () => TimeSpan.FromSeconds(1)), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ReadOnlySequence<byte> Body(string body) => new(Encoding.UTF8.GetBytes(body));
}
