using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatStreamTests
{
    private const string Head = """{"id":"chatcmpl-r1","object":"chat.completion.chunk","created":1767225600,"model":"qwen3","choices":[""";
    private static readonly AnswerNaming Naming = new("qwen3", "r1", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void Everything_an_answer_can_hold_is_written_as_OpenAI_does()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false);
        stream.ContentType.ShouldBe("text/event-stream");
        stream.HasBegun.ShouldBeFalse();

        Tell(stream);

        stream.HasBegun.ShouldBeTrue();
        Written.ShouldBe(Events(
            """{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
            """{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}]}""",
            """{"index":0,"delta":{"content":"Grüße\n\"🙂\""},"finish_reason":null}]}""",
            """{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}""",
            """{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]},"finish_reason":null}]}""",
            """{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_r1_1","type":"function","function":{"name":"g","arguments":""}}]},"finish_reason":null}]}""",
            """{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""") + "data: [DONE]\n\n");
    }

    [Fact]
    public void Who_asks_for_the_counts_gets_them_in_a_chunk_of_their_own()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: true);

        stream.Begin();
        stream.End(new AnswerEnd(AnswerFinish.Length, new TokenUsage(10, 4) { Cached = 6, Reasoning = 2 }) { Timings = new EngineTimings(TimeSpan.FromMilliseconds(8), TimeSpan.FromSeconds(2)) });

        Written.ShouldBe(Events(
            """{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}""",
            """{"index":0,"delta":{},"finish_reason":"length"}],"usage":null}""",
            """],"usage":{"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":6},"completion_tokens_details":{"reasoning_tokens":2}},"""
            + "\"timings\":{\"cache_n\":6,\"prompt_n\":4,\"prompt_ms\":8,\"prompt_per_second\":500,\"predicted_n\":4,\"predicted_ms\":2000,\"predicted_per_second\":2}}") + "data: [DONE]\n\n");
    }

    [Fact]
    public void Times_come_with_the_end_when_no_counts_are_asked_for()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false);

        stream.End(new AnswerEnd(AnswerFinish.Stop, null) { Timings = new EngineTimings(TimeSpan.FromMilliseconds(8), TimeSpan.FromSeconds(2)) });

        Written.ShouldBe(Events("""{"index":0,"delta":{},"finish_reason":"stop"}],"timings":{"prompt_ms":8,"predicted_ms":2000}}""") + "data: [DONE]\n\n");
    }

    [Fact]
    public void Waiting_and_remarks_are_comments()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false);

        stream.Waiting("queued 2,\nloading");
        stream.HasBegun.ShouldBeFalse();
        stream.Remark("r1 waited 3 s");

        Written.ShouldBe(": queued 2, loading\n\n: lockkeeper r1 waited 3 s\n\n");
    }

    [Fact]
    public void Waiting_can_be_told_as_thoughts_and_the_role_still_comes_once()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false, thinksAloud: true);

        stream.Waiting("loading");
        stream.HasBegun.ShouldBeFalse();
        stream.Waiting("loading");
        stream.Begin();
        stream.Waiting("slow");
        stream.Text("x");

        Written.ShouldBe(Events(
            """{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
            """{"index":0,"delta":{"reasoning_content":"loading\n"},"finish_reason":null}]}""",
            """{"index":0,"delta":{"reasoning_content":"loading\n"},"finish_reason":null}]}""") + ": slow\n\n" + Events(
            """{"index":0,"delta":{"content":"x"},"finish_reason":null}]}"""));
    }

    [Fact]
    public void An_error_ends_the_stream_once()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false);

        stream.Fail(new AnswerFailure(503, "busy", "no"));
        stream.Error(new ErrorText(500, null, "again"));
        stream.End(new AnswerEnd(AnswerFinish.Stop, null));

        Written.ShouldBe("""
            data: {"error":{"message":"no","type":"server_error","param":null,"code":"busy"}}

            data: [DONE]


            """);
    }

    [Fact]
    public void Halves_of_an_emoji_stay_halves_that_a_client_can_join()
    {
        var stream = new ChatStream(_output, Naming, includeUsage: false);

        stream.Text("a\ud83d");
        stream.Text("\ude42b");

        Written.ShouldBe(Events("""{"index":0,"delta":{"content":"a\ud83d"},"finish_reason":null}]}""", """{"index":0,"delta":{"content":"\ude42b"},"finish_reason":null}]}"""));
    }

    [Fact]
    public void What_is_written_is_read_as_the_same_answer()
    {
        Tell(new ChatStream(_output, Naming, includeUsage: true));
        var told = new Transcript();
        var reader = new ChatStreamReader(told);

        reader.Read(_output.WrittenSpan);
        reader.Complete();

        told.ToString().ShouldBe("begin\nreasoning: hm\ntext: Grüße\n\"🙂\"\ncall 0 'c1' f\narguments 0: {\"a\":1}\ncall 1 'call_r1_1' g\narguments 1: {}\nend ToolCalls 3+4 cached  reasoning ");
    }

    internal static void Tell(IAnswerSink sink)
    {
        sink.Begin();
        sink.Reasoning("hm");
        sink.Signature("s");
        sink.Text("Grüße\n\"🙂\"");
        sink.ToolCall(0, "c1", "f");
        sink.Arguments(0, """{"a":1}""");
        sink.ToolCall(1, "", "g");
        sink.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(3, 4)));
    }

    private string Written => Encoding.UTF8.GetString(_output.WrittenSpan);

    private static string Events(params string[] chunks) => string.Concat(chunks.Select(chunk => $"data: {Head}{chunk}\n\n"));
}
