using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaStreamReaderTests
{
    private const string Stream = """
        {"model":"m","created_at":"2026-01-01T00:00:00.5Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}

        {"model":"m","message":{"role":"assistant","content":"Grüße \ud83d"},"done":false}
        {"message":{"content":"\ude00\n","thinking":"late"},"model":"m","done":false}
        {"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"id":"t1","function":{"index":0,"name":"ls","arguments":{"id":"ä","path":{"name":"/"}}}},{"function":{"name":"pwd"}}]},"done":false}
        {"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":3000000000,"load_duration":1,"prompt_eval_count":12,"prompt_eval_duration":250000000,"eval_count":7,"eval_duration":500000000}

        """;

    private static readonly string[] Told =
    [
        "begin", "reasoning: Hm", "text: Grüße ", "reasoning: late", "text: 😀\n", "call 0 't1' ls", "arguments 0: {\"id\":\"ä\",\"path\":{\"name\":\"/\"}}", "call 1 '' pwd", "arguments 1: {}",
        "end ToolCalls 12+7 cached  reasoning  250+500 ms",
    ];

    private static readonly OllamaEngine Engine = new();

    [Fact]
    public void An_answer_is_told_in_its_order() => Transcript.Of(Engine, Encoding.UTF8.GetBytes(Stream), int.MaxValue).Pieces.ShouldBe(Told);

    [Fact]
    public void Any_split_of_the_bytes_gives_the_same_telling() =>
        Prop.ForAll(Gen.Choose(1, 300).ToArbitrary(), size => Transcript.Of(Engine, Encoding.UTF8.GetBytes(Stream), size).Pieces.SequenceEqual(Told)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"message":{"role":"assistant","content":"a"},"done":true,"done_reason":"length"}""", "begin|text: a|end Length")]
    [InlineData("""{"message":{"role":"assistant","content":"a"},"done":true,"eval_count":3}""", "begin|text: a|end Stop 0+3 cached  reasoning ")]
    [InlineData("""{"error":"model ran out of memory"}""", "fail 500 : model ran out of memory")]
    public void A_whole_answer_is_one_line(string json, string told)
    {
        var heard = new Transcript();
        Engine.ReadWhole(Encoding.UTF8.GetBytes(json), heard);
        heard.Pieces.ShouldBe(told.Split('|'));
    }

    [Fact]
    public void The_last_line_may_lack_its_end() => Transcript.Of(Engine, """{"message":{"content":"a"},"done":true}"""u8.ToArray(), 4).Pieces.ShouldBe(["begin", "text: a", "end Stop"]);

    [Fact]
    public void A_name_with_half_a_character_in_it_is_passed_over() =>
        Transcript.Of(Engine, """{"\ud83d":1,"message":{"\ud83d":1,"content":"a"},"done":true}"""u8.ToArray(), 4).Pieces.ShouldBe(["begin", "text: a", "end Stop"]);

    [Theory]
    [InlineData("""{"message":{"content":"a"},"done":false}""", "a stream that broke off before a line with 'done'")]
    [InlineData("<html>\n", "a line that is not JSON")]
    [InlineData("[]\n", "a line that is no JSON object")]
    public void What_is_no_such_stream_is_refused(string stream, string why) =>
        Should.Throw<InvalidDataException>(() => Transcript.Of(Engine, Encoding.UTF8.GetBytes(stream), 3)).Message.ShouldBe(why);
}
