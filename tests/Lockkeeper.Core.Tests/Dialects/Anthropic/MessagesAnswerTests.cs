using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesAnswerTests
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly MessagesAnswer _answer;

    public MessagesAnswerTests() => _answer = new MessagesAnswer(_output, new AnswerNaming("qwen", "r1", DateTimeOffset.UnixEpoch), ["\n\n", "END", "STOP", "5"]);

    [Fact]
    public void An_answer_is_one_message()
    {
        _answer.Begin();
        _answer.Reasoning("Hm");
        _answer.Reasoning("m.");
        _answer.Signature("s1");
        _answer.Signature("g");
        _answer.Signature("redacted:c2Vj");
        _answer.Text("Grüße ");
        _answer.Text("😀");
        _answer.ToolCall(0, "", "ls");
        _answer.Arguments(0, """{"path":""");
        _answer.Arguments(0, "\"/\"}");
        _answer.ToolCall(1, "toolu_2", "pwd");
        _answer.End(new AnswerEnd(AnswerFinish.Stop, new TokenUsage(12, 7)));
        Written().ShouldBe(
            """{"id":"msg_r1","type":"message","role":"assistant","model":"qwen","content":[{"type":"thinking","thinking":"Hmm.","signature":"s1g"},{"type":"redacted_thinking","data":"c2Vj"},"""
            + """{"type":"text","text":"Grüße \uD83D\uDE00"},{"type":"tool_use","id":"toolu_r1_0","name":"ls","input":{"path":"/"}},{"type":"tool_use","id":"toolu_2","name":"pwd","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":7}}""");
    }

    [Fact]
    public void An_engine_that_has_cached_more_than_it_was_sent_makes_no_count_less_than_none()
    {
        _answer.Begin();
        _answer.Text("a");
        _answer.End(new AnswerEnd(AnswerFinish.Stop, new TokenUsage(1, 2) { Cached = 5 }));
        Written().ShouldEndWith("""
            "usage":{"input_tokens":0,"cache_read_input_tokens":5,"output_tokens":2}}
            """);
    }

    [Fact]
    public void Arguments_that_are_no_object_are_shown_as_they_are()
    {
        _answer.ToolCall(0, "t", "ls");
        _answer.Arguments(0, "{\"path");
        _answer.End(new AnswerEnd(AnswerFinish.Length, null));
        Written().ShouldContain("""
            "name":"ls","input":"{\"path"}],"stop_reason":"max_tokens"
            """);
    }

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
