using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatAnswerTests
{
    private static readonly AnswerNaming Naming = new("m", "r1", DateTimeOffset.UnixEpoch);

    [Fact]
    public void Everything_is_in_one_object() => Write(ChatStreamTests.Tell).ShouldBe(
        """{"id":"chatcmpl-r1","object":"chat.completion","created":0,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße\n\"🙂\"","reasoning_content":"hm","""
        + "\"tool_calls\":[" + """{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"call_r1_1","type":"function","function":{"name":"g","arguments":""}}]},"""
        + "\"finish_reason\":\"tool_calls\"}],\"usage\":" + """{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""");

    [Fact]
    public void An_answer_of_calls_alone_has_no_content()
    {
        var answer = Write(sink =>
        {
            sink.Begin();
            sink.ToolCall(0, "c1", "f");
            sink.End(new AnswerEnd(AnswerFinish.ToolCalls, null));
        });

        answer.ShouldContain("\"content\":null,\"tool_calls\"");
        answer.ShouldEndWith("\"finish_reason\":\"tool_calls\"}]}");
    }

    [Fact]
    public void Pieces_are_joined_and_halves_of_an_emoji_are_whole_again() => Write(sink =>
    {
        sink.Begin();
        sink.Text("a\ud83d");
        sink.Text("\ude42b");
        sink.End(new AnswerEnd(AnswerFinish.Length, null) { Timings = new EngineTimings(TimeSpan.Zero, TimeSpan.FromMilliseconds(1.5)) });
    }).ShouldEndWith("""{"role":"assistant","content":"a🙂b"},"finish_reason":"length"}],"timings":{"prompt_ms":0,"predicted_ms":1.5}}""");

    private static string Write(Action<IAnswerSink> tell)
    {
        var output = new ArrayBufferWriter<byte>();
        tell(new ChatAnswer(output, Naming));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
