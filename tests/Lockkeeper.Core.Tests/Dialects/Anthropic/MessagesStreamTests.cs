using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesStreamTests
{
    private const string Whole = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_r1","type":"message","role":"assistant","model":"qwen","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m."}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s1g"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me \"see\"."}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"ls","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"/\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_r1_1","name":"pwd","input":{}}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":5,"cache_read_input_tokens":15,"output_tokens":9,"output_tokens_details":{"thinking_tokens":2}}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly MessagesStream _stream;

    public MessagesStreamTests() => _stream = new MessagesStream(_output, new AnswerNaming("qwen", "r1", DateTimeOffset.UnixEpoch), ["\n\n", "END", "STOP", "5"]);

    [Fact]
    public void An_answer_is_a_message_of_blocks()
    {
        _stream.Begin();
        _stream.Reasoning("Hm");
        _stream.Reasoning("m.");
        _stream.Signature("s1g");
        _stream.Text("Let me \"see\".");
        _stream.ToolCall(0, "toolu_1", "ls");
        _stream.Arguments(0, "{\"path\":");
        _stream.Arguments(0, "\"/\"}");
        _stream.ToolCall(1, "", "pwd");
        _stream.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(20, 9) { Cached = 15, Reasoning = 2 }));
        Written().ShouldBe(Whole);
    }

    [Fact]
    public void What_was_cached_is_told_beside_the_tokens_of_the_prompt_and_not_in_them()
    {
        _stream.End(new AnswerEnd(AnswerFinish.Stop, new TokenUsage(20, 9) { Cached = 12, Written = 5 }));
        Written().ShouldContain("""{"input_tokens":3,"cache_read_input_tokens":12,"cache_creation_input_tokens":5,"output_tokens":9}""");
    }

    [Fact]
    public void Hidden_reasoning_is_a_block_of_its_own()
    {
        _stream.Signature("redacted:c2VjcmV0");
        Written().ShouldBe("""
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"c2VjcmV0"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}


            """);
    }

    [Theory]
    [InlineData(AnswerFinish.Stop, null, false, """{"stop_reason":"end_turn","stop_sequence":null}""")]
    [InlineData(AnswerFinish.Stop, "END", false, """{"stop_reason":"stop_sequence","stop_sequence":"END"}""")]
    [InlineData(AnswerFinish.Stop, null, true, """{"stop_reason":"tool_use","stop_sequence":null}""")]
    [InlineData(AnswerFinish.Length, null, true, """{"stop_reason":"max_tokens","stop_sequence":null}""")]
    [InlineData(AnswerFinish.Filtered, null, false, """{"stop_reason":"refusal","stop_sequence":null}""")]
    internal void The_end_says_why(AnswerFinish finish, string? stop, bool hasCalls, string delta)
    {
        _stream.Begin();
        if (hasCalls)
        {
            _stream.ToolCall(0, "t", "ls");
        }

        _stream.End(new AnswerEnd(finish, null) { StopText = stop });
        Written().ShouldContain($$"""data: {"type":"message_delta","delta":{{delta}},"usage":{"input_tokens":0,"output_tokens":0""");
    }

    [Fact]
    public void Who_waits_gets_pings_and_nothing_of_the_answer()
    {
        _stream.Waiting("loading qwen\n(2 of 3)");
        Written().ShouldBe(": loading qwen (2 of 3)\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    [Fact]
    public void A_failure_is_said_once_and_ends_the_stream()
    {
        _stream.Fail(new AnswerFailure(529, "overloaded_error", "Too \"busy\""));
        _stream.Error(new ErrorText(500, "engine_broke", "Gone"));
        Written().ShouldBe("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Too \\\"busy\\\"\",\"code\":\"overloaded_error\"}}\n\n");
    }

    [Fact]
    public void An_answer_that_has_ended_has_no_error_and_a_remark_is_a_comment()
    {
        _stream.Begin();
        _stream.End(new AnswerEnd(AnswerFinish.Stop, null));
        var before = Written();
        _stream.Error(new ErrorText(500, null, "late"));
        _stream.Remark("queued 3 s\r\nloaded");
        Written().ShouldBe(before + ": lockkeeper queued 3 s loaded\n\n");
    }

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
